"""The public page that checks a file, in the languages documents are signed in."""

from __future__ import annotations

from hmislead.seals.verifying import CHANGED, NOT_OURS, OURS

LANGUAGES = {"en": "English", "es": "Español"}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "page": "Check a sealed document",
        "title": "Is this document ours?",
        "line": "Choose a PDF that somebody showed you as a signed agreement. We say only whether we sealed it and whether "
        "it was changed since.",
        "file": "The PDF to check",
        "help": "Up to 25 MB. We look at it and keep nothing of it.",
        "missing": "Choose the PDF to check.",
        "too_large": "The file is larger than 25 MB. The documents we seal are smaller.",
        "too_many": "Too many files were checked from your address. Try again in an hour.",
        "error": "The file was not checked",
        "button": "Check the file",
        OURS: "This file is ours and unaltered.",
        CHANGED: "This file was changed after we sealed it. Do not rely on it.",
        NOT_OURS: "This is not a file that we sealed.",
    },
    "es": {
        "page": "Comprobar un documento sellado",
        "title": "¿Es nuestro este documento?",
        "line": "Elija un PDF que le mostraron como acuerdo firmado. Solo decimos si lo sellamos y si fue cambiado después.",
        "file": "El PDF que quiere comprobar",
        "help": "Hasta 25 MB. Lo revisamos y no guardamos nada de él.",
        "missing": "Elija el PDF que quiere comprobar.",
        "too_large": "El archivo tiene más de 25 MB. Los documentos que sellamos son más pequeños.",
        "too_many": "Se comprobaron demasiados archivos desde su dirección. Inténtelo de nuevo en una hora.",
        "error": "El archivo no se comprobó",
        "button": "Comprobar el archivo",
        OURS: "Este archivo es nuestro y no fue alterado.",
        CHANGED: "Este archivo fue cambiado después de que lo sellamos. No confíe en él.",
        NOT_OURS: "Este archivo no fue sellado por nosotros.",
    },
}
