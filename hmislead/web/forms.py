"""One form renderer in USWDS markup: every form of the product, allauth's too, is drawn by it.

Use: `<form method="post" class="form" data-warn-unsaved>{% csrf_token %}{{ form }} … </form>`, and answer with
`answer_form`, which says 422 when the form was refused, so that htmx and tests can tell.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django_filters.widgets import RangeWidget

_CLASSES = {
    "select": "usa-select",
    "textarea": "usa-textarea",
    "checkbox": "usa-checkbox__input",
    "radio": "usa-radio__input",
    "file": "file-input",
    "hidden": "",
}

# Errors say what to do.
_REQUIRED = {
    "select": "Choose one.",
    "radios": "Choose one.",
    "checkboxes": "Choose at least one.",
    "checkbox": "Tick this box to go on.",
    "date": "Enter a date.",
    "file": "Choose a file.",
}


class ComboBox(forms.Select):
    """A select one can type into, for long lists. Without JavaScript it is the plain select.

    Its options are written here: Django makes two dictionaries for each of hundreds of agencies, and a template for them.
    They are escaped without Django's `format_html`, which takes five times as long for so many.
    """

    template_name = "uswds/combo_box.html"

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        """None: `get_context` gives the options as they are written."""
        return []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = set(context["widget"]["value"])
        options = (
            f'<option value="{escape(key)}"{" selected" if key in chosen else ""}>{escape(str(label))}</option>'
            for key, label in self._options()
        )
        context["options"] = mark_safe("\n".join(options))  # noqa: S308 - keys and labels are escaped
        return context

    def _options(self) -> Iterator[tuple[str, Any]]:
        for key, label in self.choices:
            yield "" if key is None else str(key), label

    class Media:
        js = (forms.Script("vendor/uswds/js/uswds.min.js", defer=True),)


def kind_of(widget: forms.Widget) -> str:
    """The shape a widget takes: select, textarea, checkbox, checkboxes, radios, file, date, range, hidden or input."""
    shapes: list[tuple[type[forms.Widget], str]] = [
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.CheckboxInput, "checkbox"),
        (forms.FileInput, "file"),
        (forms.DateInput, "date"),
        (RangeWidget, "range"),
    ]
    if widget.is_hidden:
        return "hidden"
    return next((shape for kind, shape in shapes if isinstance(widget, kind)), "input")


def _native_dates(widget: forms.Widget) -> None:
    """Use the browser's own date and time inputs, which want ISO values whatever the language of the page."""
    natives = (
        (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
        (forms.DateInput, "date", "%Y-%m-%d"),
        (forms.TimeInput, "time", "%H:%M"),
    )
    for kind, input_type, shape in natives:
        if isinstance(widget, kind) and widget.input_type == "text":
            widget.input_type, widget.format = input_type, shape


def _name_ends(field: Any) -> None:
    """Name the two inputs of a range From and To, since one label cannot name both, and make those of dates native."""
    for part, end, words in zip(field.widget.widgets, field.fields, ("From", "To"), strict=False):
        part.attrs["aria-label"] = f"{field.label}: {words.lower()}"
        if isinstance(end, forms.DateField):
            part.input_type = "date"
        elif isinstance(end, forms.DecimalField):
            part.input_type = "number"


class UswdsField(BoundField):
    """A field that knows its USWDS classes and its shape. Django itself names its hint and error to screen readers."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        _native_dates(field.widget)
        if self.kind == "range":
            _name_ends(field)
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = _REQUIRED.get(self.kind, "Fill this in.")

    @property
    def kind(self) -> str:
        return kind_of(self.field.widget)

    @property
    def required_word(self) -> str:
        """What marks a field that must be filled in; a form in another language brings its own `required_word`."""
        return getattr(self.form, "required_word", "required")

    @property
    def is_group(self) -> bool:
        """True when several inputs share the label, which is then a legend."""
        return self.use_fieldset or self.kind == "range"

    @property
    def error_target(self) -> str:
        """Id the error summary links to: the first choice of a group, else the input itself."""
        return f"{self.auto_id}_0" if self.kind in {"radios", "checkboxes"} else self.id_for_label

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        shape = {"checkboxes": "checkbox", "radios": "radio"}.get(kind_of(used), kind_of(used))
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


def answer_form(request: HttpRequest, template: str, context: dict[str, Any], *, form: str = "form") -> HttpResponse:
    """The page `template`; status 422 when `context[form]` was sent and refused, else 200."""
    shown = context.get(form)
    refused = bool(shown is not None and shown.is_bound and shown.errors)
    return render(request, template, context, status=422 if refused else 200)
