"""Forms for notebooks: `ImportForm` for a sheet, `ResultForm` for one result, `HistoryForm` for what was pushed.

Skins over the library, no more.
"""

from gradetools.widgets.history_form import HistoryForm
from gradetools.widgets.import_form import ImportForm
from gradetools.widgets.result_form import ResultForm
from gradetools.widgets.voila import stop_under_voila

__all__ = ["HistoryForm", "ImportForm", "ResultForm", "stop_under_voila"]
