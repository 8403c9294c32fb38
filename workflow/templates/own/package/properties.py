"""The properties of a package: its title and moment, and the custom ones that say whose it is."""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import SubElement, fromstring

from workflow.templates.own.package.parts import Parts

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_EMPTY_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
)


def write_core(parts: Parts, title: str, moment: str) -> None:
    """Write what a workbook says of its title, and of when it was made, as 2024-05-31T00:00:00Z."""
    root = fromstring(_EMPTY_CORE)
    for tag, text in (
        ("dc:title", title),
        ("dcterms:created", moment),
        ("dcterms:modified", moment),
    ):
        prefix, _, name = tag.partition(":")
        element = SubElement(root, f"{{{root.nsmap[prefix]}}}{name}")
        element.text = text
        if prefix == "dcterms":
            element.set(f"{{{root.nsmap['xsi']}}}type", "dcterms:W3CDTF")
    part = parts.related("", "core-properties")
    if part:
        parts.put(part, root)
    else:
        parts.add("docProps/core.xml", root, _CORE_TYPE)
        parts.relate("", _CORE_KIND, "docProps/core.xml")


def write_properties(parts: Parts, properties: Mapping[str, str]) -> None:
    """Write custom properties, besides those a workbook has; one of the same name is replaced."""
    part = parts.related("", "custom-properties")
    empty = f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}"/>'
    root = parts.tree(part) if part else fromstring(empty)
    for element in list(root):
        if element.get("name") in properties:
            root.remove(element)
    taken = max((int(e.get("pid", "1")) for e in root), default=1)
    for at, (name, value) in enumerate(properties.items(), start=taken + 1):
        attributes = {"fmtid": _PROPERTY_SET, "pid": str(at), "name": name}
        element = SubElement(root, f"{{{_CUSTOM}}}property", attributes)
        SubElement(element, f"{{{_VALUES}}}lpwstr").text = value
    if part:
        parts.put(part, root)
    else:
        parts.add("docProps/custom.xml", root, _CUSTOM_TYPE)
        parts.relate("", f"{_RELATED}/custom-properties", "docProps/custom.xml")
