"""Where the grades go: the environment, and a test of the connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import GradetoolsError
from gradetools.gradebook import Gradebook, connect
from gradetools.models import Class
from gradetools.settings import ENVIRONMENTS, Settings, load_settings
from gradetools.widgets.look import LABEL, WRAP, say, tell_environment
from gradetools.widgets.push_run import find_runs
from gradetools.widgets.step import Step, telling

_ABOUT_SANDBOX = "an invented school on this machine, to practise on"
_ABOUT_STAGING = "a gradebook for trials, before production"


class WhereStep(Step):
    """Choose an environment and connect to it; nothing is asked of any server before.

    Attributes:
        env: the environment's name.
        connect: tries the connection.
        banner: the environment in words and colour, to be kept in sight.
        told: what the connection said.
        gradebook, classes: there once connected.
    """

    gradebook: Gradebook
    classes: Sequence[Class]

    def __init__(
        self,
        gradebook: Gradebook | None,
        *,
        data_dir: str | Path | None,
        on_done: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        super().__init__("1. Where", "where")
        self._given = gradebook
        self._data_dir = data_dir
        self._own: Gradebook | None = None
        self._on_done, self._on_change = on_done, on_change
        self.banner, self.told = ipw.HTML().add_class("gt-banner"), ipw.HTML()
        self.env = ipw.Dropdown(description="Environment", style=LABEL).add_class("gt-env")
        self.connect = ipw.Button(description="Connect", button_style="primary")
        self.connect.add_class("gt-connect").on_click(self._connect)
        self.body.children = [ipw.HBox([self.env, self.connect], layout=WRAP), self.told]
        self._offer()

    def _offer(self) -> None:
        """Offer the environments, the one of the settings chosen; or the one that was handed in."""
        given = self._given
        self.env.options = ENVIRONMENTS if given is None else [given.environment.name]
        self.env.disabled = given is not None
        self.env.index = 0
        self.env.observe(lambda _: self._choose(), "value")
        self._choose()
        if given is None:
            with telling(self.alert):
                self.env.value = load_settings().env

    def _choose(self) -> None:
        """Say what the chosen environment is, without asking it anything."""
        self.told.value = ""
        name = self.env.value
        self.banner.value = tell_environment(name, "(not connected)")
        self.open("connect")
        self._on_change()
        if self._given is not None:
            return
        with telling(self.alert):
            settings = self._settings()
            about = _ABOUT_SANDBOX if settings.needs_sandbox else _tell_address(name, settings)
            self.banner.value = tell_environment(name, f"{about} (not connected)")

    def _settings(self) -> Settings:
        settings = load_settings(self.env.value)
        if self._data_dir is None:
            return settings
        return settings.model_copy(update={"data_dir": Path(self._data_dir)})

    def _connect(self, _: object) -> None:
        self._on_change()
        self.work(f"connecting to {self.env.value}")
        try:
            with telling(self.alert):
                practice = self._given is None and self._settings().needs_sandbox
                sentence = self._try()
                name, settings = self.gradebook.environment.name, self.gradebook.settings
                about = _tell_address(name, settings)
                about = f"{_ABOUT_SANDBOX}, {about}" if practice else about
                self.banner.value = tell_environment(name, f"{about} (connected)")
                self.told.value = say("good", sentence)
                self.settle(f"connected to {name}")
                self._on_done()
        finally:
            if self.alert.value:
                self._tell("next", "● next: connect")

    def _try(self) -> str:
        """Connect, and make the new gradebook the form's own when it works."""
        gradebook = self._given or connect(self._settings())
        try:
            sentence = gradebook.check_connection()
            classes = gradebook.list_classes()
        except GradetoolsError:
            if gradebook is not self._given:
                gradebook.close()
            raise
        old = self._own
        if old is not None and not any(run.gradebook is old for run in find_runs()):
            old.close()
        self._own = None if gradebook is self._given else gradebook
        self.gradebook, self.classes = gradebook, classes
        return sentence


def _tell_address(name: str, settings: Settings) -> str:
    """Say where an environment is, and what it is for where its name does not say so."""
    url = settings.base_url
    return f"{_ABOUT_STAGING}: {url}" if name == "staging" else url
