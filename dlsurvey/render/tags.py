"""Turns the tags of tables that WeasyPrint writes into those that PDF/UA asks for."""

from typing import Any


def scope_headers(pdf: Any) -> None:
    """Say of each header cell whether it heads a column or a row.

    WeasyPrint instead names the headers in each cell, but gives the same names again on each new
    page of a table and no index of them, so that a reader cannot follow them. PDF/UA-1 (ISO
    14289-1, 7.5) is content with scopes: those of a head are of columns, others of rows, which is
    what the templates' `scope` says.
    """
    import pydyf  # comes with WeasyPrint, late like it

    elements = {
        one.reference: one
        for one in pdf.objects
        if isinstance(one, pydyf.Dictionary) and one.get("Type") == "/StructElem"
    }
    for element in elements.values():
        match element.get("S"):
            case "/TH":
                element.pop("ID", None)
                row = elements[element["P"]]
                in_head = elements[row["P"]].get("S") == "/THead"
                element["A"]["Scope"] = "/Column" if in_head else "/Row"
            case "/TD":
                element["A"].pop("Headers", None)
