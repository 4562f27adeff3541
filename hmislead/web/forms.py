"""One form renderer in USWDS markup: every form of the product, allauth's too, is drawn by it.

Use: `<form method="post" class="form" data-warn-unsaved>{% csrf_token %}{{ form }} … </form>`, and answer with
`answer_form`, which says 422 when the form was refused, so that htmx and tests can tell.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_CLASSES = {
    "select": "usa-select",
    "textarea": "usa-textarea",
    "checkbox": "usa-checkbox__input",
    "radio": "usa-radio__input",
    "file": "file-input",
    "hidden": "",
}


class ComboBox(forms.Select):
    """A select one can type into, for long lists. Without JavaScript it is the plain select."""

    template_name = "uswds/combo_box.html"

    class Media:
        js = ("vendor/uswds/js/uswds.min.js",)


def kind_of(widget: forms.Widget) -> str:
    """The shape a widget takes on the page: select, textarea, checkbox, checkboxes, radios, file, date, hidden or input."""
    shapes: list[tuple[type[forms.Widget], str]] = [
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.CheckboxInput, "checkbox"),
        (forms.FileInput, "file"),
        (forms.DateInput, "date"),
    ]
    if widget.is_hidden:
        return "hidden"
    return next((shape for kind, shape in shapes if isinstance(widget, kind)), "input")


def _native_dates(widget: forms.Widget) -> None:
    """Use the browser's own date and time inputs, which want ISO values whatever the language of the page.

    The two inputs of a range are named From and To, since one label cannot name both.
    """
    natives = (
        (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
        (forms.DateInput, "date", "%Y-%m-%d"),
        (forms.TimeInput, "time", "%H:%M"),
    )
    for part, words in zip(
        getattr(widget, "widgets", ()), ("From", "To"), strict=False
    ):
        _native_dates(part)
        part.attrs.setdefault("aria-label", words)
    for kind, input_type, shape in natives:
        if isinstance(widget, kind) and widget.input_type == "text":
            widget.input_type, widget.format = input_type, shape


class UswdsField(BoundField):
    """A field that knows its USWDS classes and its shape. Django itself names its hint and error to screen readers."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        _native_dates(field.widget)

    @property
    def kind(self) -> str:
        return kind_of(self.field.widget)

    @property
    def error_target(self) -> str:
        """Id the error summary links to: the first choice of a group, else the input itself."""
        return (
            f"{self.auto_id}_0"
            if self.kind in {"radios", "checkboxes"}
            else self.id_for_label
        )

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        shape = {"checkboxes": "checkbox", "radios": "radio"}.get(
            kind_of(used), kind_of(used)
        )
        wanted = _CLASSES.get(shape, "usa-input")
        if self.errors and wanted and shape not in {"checkbox", "radio"}:
            wanted += " usa-input--error"
        given = built.get("class") or used.attrs.get("class", "")
        if wanted or given:
            built["class"] = f"{wanted} {given}".strip()
        return built


class Renderer(TemplatesSetting):
    """Settings name it: FORM_RENDERER = "hmislead.web.forms.Renderer"."""

    form_template_name = "uswds/form.html"
    field_template_name = "uswds/field.html"
    bound_field_class = UswdsField


def answer_form(
    request: HttpRequest, template: str, context: dict[str, Any], *, form: str = "form"
) -> HttpResponse:
    """The page `template`; status 422 when `context[form]` was sent and refused, else 200."""
    shown = context.get(form)
    refused = bool(shown is not None and shown.is_bound and shown.errors)
    return render(request, template, context, status=422 if refused else 200)
