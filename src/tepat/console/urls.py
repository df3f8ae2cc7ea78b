"""The addresses of the staff pages. `family` is a family's public id, `place` a place's id."""

from __future__ import annotations

from django.urls import path

from tepat.console.views import (
    erasures,
    events,
    families,
    home,
    import_steps,
    imports,
    interview_photos,
    interviews,
    places,
    quality,
)
from tepat.console.views import runs as run_views

urlpatterns = [
    path("", home.front, name="front"),
    path("keluarga/", families.search, name="families"),
    path("keluarga/<uuid:family>/", families.family, name="family"),
    path("wilayah/", places.own, name="places"),
    path("wilayah/<int:place>/", places.place, name="place"),
    path("keluarga/<uuid:family>/penghapusan/", erasures.ask, name="family_erasure"),
    path("penghapusan/", erasures.listed, name="erasures"),
    path("penghapusan/<int:erasure>/", erasures.one, name="erasure"),
    path("mutu/", quality.quality, name="quality"),
    path("mutu/bagikan/", quality.assign, name="quality_assign"),
    path("mutu/temuan.csv", quality.export, name="quality_export"),
    path("keluarga/<uuid:family>/wawancara/", interviews.begin, name="interview_begin"),
    path(
        "keluarga/<uuid:family>/foto/<uuid:photo>/",
        interview_photos.family_photo,
        name="family_photo",
    ),
    path("keluarga/<uuid:family>/peristiwa/", events.kinds, name="events"),
    path("keluarga/<uuid:family>/peristiwa/<slug:kind>/", events.event, name="event"),
    path("wawancara/", interviews.interviews, name="interviews"),
    path("wawancara/baru/", interviews.new, name="interview_new"),
    path("wawancara/<uuid:interview>/", interviews.interview, name="interview"),
    path("wawancara/<uuid:interview>/anggota/", interviews.members, name="interview_members"),
    path(
        "wawancara/<uuid:interview>/foto/", interview_photos.draft_photos, name="interview_photos"
    ),
    path(
        "wawancara/<uuid:interview>/foto/<slug:kind>/",
        interview_photos.draft_photo,
        name="interview_photo",
    ),
    path("wawancara/<uuid:interview>/periksa/", interviews.check, name="interview_check"),
    path("wawancara/<uuid:interview>/buang/", interviews.discard, name="interview_discard"),
    path("wawancara/<uuid:interview>/versi/", interviews.versions, name="interview_versions"),
    path("wawancara/<uuid:interview>/<slug:step>/", interviews.step, name="interview_step"),
    path("keluarga/<uuid:family>/keputusan/", run_views.family_decisions, name="family_decisions"),
    path("perhitungan/", run_views.runs, name="runs"),
    path("perhitungan/baru/", run_views.start, name="run_start"),
    path("perhitungan/<int:run>/", run_views.run, name="run"),
    path("perhitungan/<int:run>/kemajuan/", run_views.progress, name="run_progress"),
    path("perhitungan/<int:run>/hentikan/", run_views.stop, name="run_stop"),
    path("perhitungan/<int:run>/laporan/", run_views.report, name="run_report"),
    path("perhitungan/<int:run>/unduh/<slug:table>/", run_views.download, name="run_download"),
    path("impor/", imports.imports, name="imports"),
    path("impor/baru/", imports.new, name="import_new"),
    path("impor/templat.xlsx", imports.template_workbook, name="import_template"),
    path("impor/keluarga.csv", imports.template_families, name="import_template_families"),
    path("impor/anggota.csv", imports.template_members, name="import_template_members"),
    path("impor/<int:job>/", imports.one, name="import"),
    path("impor/<int:job>/kemajuan/", imports.progress, name="import_progress"),
    path("impor/<int:job>/kolom/", import_steps.match, name="import_match"),
    path("impor/<int:job>/temuan/", import_steps.findings, name="import_findings"),
    path("impor/<int:job>/temuan.csv", import_steps.findings_file, name="import_findings_file"),
    path("impor/<int:job>/setujui/", import_steps.approve, name="import_approve"),
    path("impor/<int:job>/tolak/", import_steps.refuse, name="import_refuse"),
    path("impor/<int:job>/batalkan/", import_steps.undo, name="import_undo"),
]
