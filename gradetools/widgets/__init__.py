"""Forms for notebooks: `ImportForm` for a sheet, `ResultForm` for one result. Skins over the library, no more."""

from gradetools.widgets.import_form import ImportForm

__all__ = ["ImportForm"]
