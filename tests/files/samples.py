"""Small files of the kinds that come in."""

import io

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile


def pdf(name="paper.pdf"):
    """A PDF of one empty page, as an upload."""
    made, content = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(content)
    return SimpleUploadedFile(name, content.getvalue(), content_type="application/pdf")
