"""Reports and monthly reports in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.files.views import as_download
from hmislead.web.parsers import DownloadRenderer
from reporting.models import Kind, Report, ReportSchedule
from reporting.operations import reports, schedules

VIEW, REQUEST = "view_reports", "request_reports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportSerializer(serializers.ModelSerializer[Report]):
    pdf_sha256 = serializers.CharField(
        source="pdf.sha256", default=None, allow_null=True, help_text="Checksum of the PDF."
    )
    xlsx_sha256 = serializers.CharField(
        source="xlsx.sha256", default=None, allow_null=True, help_text="Checksum of the workbook."
    )
    zip_sha256 = serializers.CharField(
        source="zip.sha256", default=None, allow_null=True, help_text="Of executed copies: checksum of the pack."
    )

    class Meta:
        model = Report
        fields = (
            "id", "number", "kind", "organization", "coc", "as_of", "names_people", "state", "progress_done",
            "progress_total", "failure", "schedule", "created_at", "finished_at", "pdf_sha256", "xlsx_sha256",
            "zip_sha256",
        )  # fmt: skip
        read_only_fields = fields


class AboutSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Kind.choices)
    organization = serializers.UUIDField(
        source="organization_id", required=False, help_text="For cho_compliance and sanction_register."
    )
    coc = serializers.UUIDField(
        source="coc_id",
        required=False,
        help_text="For the other kinds: the share of one CoC. Left out: the whole implementation.",
    )


class NewReportSerializer(AboutSerializer):
    as_of = serializers.DateField(required=False, help_text="Today if left out; a past day as it was recorded.")


class ScheduleSerializer(serializers.ModelSerializer[ReportSchedule]):
    next_on = serializers.SerializerMethodField(help_text="The next day it is made on.")

    class Meta:
        model = ReportSchedule
        fields = ("id", "kind", "organization", "coc", "day_of_month", "active", "next_on", "created_at")
        read_only_fields = fields

    @extend_schema(responses=OpenApiTypes.DATE)
    def get_next_on(self, row: ReportSchedule) -> Any:
        return schedules.next_day(row)


class DaySerializer(serializers.Serializer[Any]):
    day_of_month = serializers.IntegerField(min_value=1, max_value=28)


class NewScheduleSerializer(AboutSerializer, DaySerializer):
    """`organization` left out with the kind cho_compliance makes one report for each agency."""


class ReportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    state = django_filters.MultipleChoiceFilter(choices=Report.State.choices)
    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("coc_id")
    schedule = django_filters.UUIDFilter("schedule_id")
    as_of = django_filters.DateFromToRangeFilter()


class ScheduleFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    organization = django_filters.UUIDFilter("organization_id")
    coc = django_filters.UUIDFilter("coc_id")
    active = django_filters.BooleanFilter()


class _Rooms(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().for_list()

    def answer(self, row: Any, status: int = 200) -> Response:
        """The row as it now is."""
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=status)

    def sent(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked body of the request. Raises ValidationError by field."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


class ReportViewSet(_Rooms):
    """Reports. Asking for one answers at once; look again until its state is done or failed."""

    queryset = Report.objects.all()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    search_fields = ("number",)
    ordering_fields = ("created_at", "as_of")
    access = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": REQUEST,
        "retry": REQUEST,
        "pdf": VIEW,
        "xlsx": VIEW,
        "zip": VIEW,
    }

    @extend_schema(request=NewReportSerializer, responses={201: ReportSerializer})
    def create(self, request: Any) -> Response:
        """Ask for a report."""
        return self.answer(reports.request_report(by=request.user, **self.sent(NewReportSerializer)), 201)

    @extend_schema(request=None, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Any, **kwargs: Any) -> Response:
        """Make a failed report anew."""
        return self.answer(reports.retry_report(report_id=kwargs["pk"], by=request.user))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[DownloadRenderer])
    def pdf(self, request: Any, **kwargs: Any) -> FileResponse:
        """The PDF. Each download is logged."""
        return self._file(kwargs["pk"], "pdf")

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[DownloadRenderer])
    def xlsx(self, request: Any, **kwargs: Any) -> FileResponse:
        """The workbook. Each download is logged."""
        return self._file(kwargs["pk"], "xlsx")

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[DownloadRenderer])
    def zip(self, request: Any, **kwargs: Any) -> FileResponse:
        """Of executed copies: the copies themselves, in one file. Each download is logged."""
        return self._file(kwargs["pk"], "zip")

    def _file(self, pk: Any, format: str) -> FileResponse:
        return as_download(reports.open_report(report_id=pk, format=format, by=self.request.user, how="api"))


class ScheduleViewSet(_Rooms):
    """Monthly reports, made with the rights of whoever set them up or resumed them. Deleting one ends it."""

    queryset = ReportSchedule.objects.all()
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    ordering_fields = ("created_at", "day_of_month")
    access = dict.fromkeys(("list", "retrieve"), VIEW) | dict.fromkeys(
        ("create", "partial_update", "pause", "resume", "destroy"), REQUEST
    )

    @extend_schema(request=NewScheduleSerializer, responses={201: ScheduleSerializer})
    def create(self, request: Any) -> Response:
        """Have a report made every month."""
        return self.answer(schedules.create_schedule(by=request.user, **self.sent(NewScheduleSerializer)), 201)

    @extend_schema(request=DaySerializer, responses=ScheduleSerializer)
    def partial_update(self, request: Any, pk: Any) -> Response:
        """Move it to another day of the month."""
        return self.answer(schedules.change_day(schedule_id=pk, by=request.user, **self.sent(DaySerializer)))

    @extend_schema(request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Any, **kwargs: Any) -> Response:
        """Make no more until it is resumed."""
        return self.answer(schedules.pause_schedule(schedule_id=kwargs["pk"], by=request.user))

    @extend_schema(request=None, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Any, **kwargs: Any) -> Response:
        """Go on, from now on with the caller's rights."""
        return self.answer(schedules.resume_schedule(schedule_id=kwargs["pk"], by=request.user))

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any) -> Response:
        """End it. The reports it made stay."""
        schedules.remove_schedule(schedule_id=pk, by=request.user)
        return Response(status=204)
