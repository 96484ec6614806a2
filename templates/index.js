// A page cannot know what day it is when it is read; the reader's clock does.
"use strict";

const pulse = document.querySelector("[data-missed-after]");
if (pulse && Date.now() > Date.parse(pulse.dataset.missedAfter)) {
  pulse.querySelector("[hidden]").hidden = false;
}
