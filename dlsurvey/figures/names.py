"""Turns a member into the words that tell it from the others of its workload."""

from collections.abc import Sequence

from dlsurvey.analysis.measured import Member
from dlsurvey.analysis.setups import name_device
from dlsurvey.language import gettext as _


def name_member(member: Member, members: Sequence[Member]) -> str:
    """'TensorFlow', with mode, protocol and device only where they tell members of it apart."""
    same = [one for one in members if one.framework == member.framework]
    words = [member.title]
    if len({one.mode for one in same}) > 1:
        words.append(member.mode)
    if len({one.protocol for one in same}) > 1:
        words.append(member.protocol)
    if len({one.device for one in same}) > 1:
        words.append(name_device(member.device))
    return " ".join(words)


def name_setting(member: Member, members: Sequence[Member]) -> str:
    """'graph, controlled', and the device where the members ran on several."""
    words = [member.mode, member.protocol]
    if len({one.device for one in members}) > 1:
        words.append(name_device(member.device))
    return ", ".join(words)


def label_member(member: Member, members: Sequence[Member]) -> str:
    """'TensorFlow (graph, controlled)'."""
    return f"{member.title} ({name_setting(member, members)})"


def group_holders(values: Sequence[str], members: Sequence[Member]) -> tuple[tuple[str, str], ...]:
    """Each value of a default once, with the members that have it: 'all', or framework by framework."""
    groups: dict[str, list[Member]] = {}
    for value, member in zip(values, members, strict=True):
        groups.setdefault(value, []).append(member)
    return tuple((value, _name_holders(same, members)) for value, same in groups.items())


def _name_holders(some: Sequence[Member], members: Sequence[Member]) -> str:
    """A framework of which all members are among them is named without its settings."""
    if len(some) == len(members):
        return _("all")
    words = []
    for framework in dict.fromkeys(member.framework for member in some):
        here = [member for member in some if member.framework == framework]
        every = [member for member in members if member.framework == framework]
        if len(here) == len(every):
            words.append(here[0].title)
        else:
            settings = "; ".join(name_setting(member, members) for member in here)
            words.append(f"{here[0].title} ({settings})")
    return ", ".join(words)
