"""Forms for notebooks: `ImportForm` for a sheet, `ResultForm` for one result. Skins over the library, no more."""

from gradetools.widgets.import_form import ImportForm
from gradetools.widgets.result_form import ResultForm

__all__ = ["ImportForm", "ResultForm"]
