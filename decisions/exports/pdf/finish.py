"""What WeasyPrint 70 leaves out of a file that is to be PDF/A-3a and PDF/UA-1 at once."""

from typing import Any

# The PDF/UA claim, and the extension schema without which PDF/A forbids claiming it.
UA_CLAIM = (
    b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>\n'
    b'<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>PDF/UA part</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>\n"
)


def finish(_document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher hook: mends the object tree just before it is written."""
    _scope_headers(pdf)
    _fill_empty_unicode(pdf)
    _drop_doubled_files(pdf)
    _claim_ua(pdf)
    _end_streams(pdf)


def _number(reference: Any) -> int:
    text = reference if isinstance(reference, (bytes, str)) else bytes(reference)
    return int(text.split()[0])


def _scope_headers(pdf: Any) -> None:
    """A header cell must say whether it heads its column or its row."""
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("S") == "/TH":
            row = pdf.objects[_number(item["P"])]
            section = pdf.objects[_number(row["P"])]
            item["A"]["Scope"] = "/Column" if section.get("S") == "/THead" else "/Row"


def _fill_empty_unicode(pdf: Any) -> None:
    """Glyphs inside a cluster map to no character; the standard wants one, so they get a zero-width space."""
    for item in pdf.objects:
        if hasattr(item, "stream") and b"begincmap" in item.stream:
            item.stream[:] = [
                line[:-2] + b"<200b>" if isinstance(line, bytes) and line.endswith(b" <>") else line
                for line in item.stream
            ]


def _drop_doubled_files(pdf: Any) -> None:
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def _claim_ua(pdf: Any) -> None:
    reference = pdf.catalog.get("Metadata")
    if not reference:
        return
    metadata = pdf.objects[_number(reference)]
    metadata.compress = False  # PDF/A: readable without a decoder
    head, mark, tail = metadata.stream[0].partition(b"</rdf:RDF>")
    if mark and b"pdfuaid" not in head:
        metadata.stream[0] = head + UA_CLAIM + mark + tail


def _end_streams(pdf: Any) -> None:
    """No stream may end in a line end of its own: a reader takes it for the one that belongs to `endstream`.

    Compressed data ends in a checksum, so the line end comes up once in 128 streams. The cure adds what the reader of
    that stream ignores: padding after a font's tables, blanks after a page's operators; a file is stored as it is.
    """
    for item in pdf.objects:
        if not hasattr(item, "stream"):
            continue
        while item.data.removesuffix(b"\nendstream")[-1:] in (b"\r", b"\n"):
            if item.extra.get("Type") == "/EmbeddedFile" and item.compress:
                item.compress = False
            elif "Length1" in item.extra:
                item.stream[-1] += b"\0\0\0\1"
                item.extra["Length1"] += 4
            else:
                item.stream.append(b" ")
