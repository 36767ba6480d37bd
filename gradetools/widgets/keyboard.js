// Keeps the keyboard inside a form: JupyterLab's shortcuts do nothing there, and the focus is never lost.
//
// JupyterLab listens for its shortcuts at the document, before any of our listeners, and on whatever is no text field
// it takes `d d` for "delete the cell". It spares an element that has the attribute GUARD, or is in one that has. And an element that
// is disabled, hidden or drawn anew while it has the focus leaves the keyboard nowhere; then the focus stays with the
// push that it has started, whose receipt follows, or else goes to the step that says what to do next. Of a list that
// a person takes something from, it goes to what has come to stand there.
//
// The view goes with it: where a form grows or folds while the focus is in it, what was just done stays in sight, and so does
// the step that is next. It waits for a mouse button that is held down, for a click is lost when what was pressed moves away
// before it is let go.

const GUARD = "data-lm-suppress-shortcuts";
const SAVES = "gt-saves"; // told to what has the focus, as grid.js hears
const HEADER = ".jupyter-widget-Collapse-header";
const LIST = ".gt-shrinking";
const FRESH = ".gt-fresh"; // the title of what a button has just put below
const ENTER = "\u2028"; // as in picker.py
const SEARCH = ".gt-picker input[type=text]"; // beside a list
const PART = ".gt-appears"; // a part of a step that comes in sight when the one before is done
const CONTROLS = "input, select, textarea, button";
const SETTLED = 80; // milliseconds without a change, after which a form is taken to be drawn
const LONGEST_PRESS = 1000; // milliseconds after which a mouse button counts as let go, wherever that was

function isUsable(element) {
  return element.isConnected && !element.disabled && element.getClientRects().length > 0;
}

// Gives from where to where elements are in sight, in the page and in whatever scrolls around one, below the banner.
function findWindow(element) {
  let [from, to] = [0, window.innerHeight];
  for (let around = element.parentElement; around; around = around.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(around).overflowY);
    if (!scrolls || around.scrollHeight <= around.clientHeight) continue;
    const box = around.getBoundingClientRect();
    [from, to] = [Math.max(from, box.top), Math.min(to, box.bottom)];
  }
  const banner = element.closest(".gt-form")?.querySelector(":scope > .gt-banner");
  return [Math.max(from, banner?.getBoundingClientRect().bottom ?? 0), to];
}

// Whether the top of an element is in sight.
function isInSight(element) {
  const { top } = element.getBoundingClientRect();
  const [from, to] = findWindow(element);
  return from <= top + 1 && top < to;
}

// Whether the top of an element is in sight, and so much below it that its beginning can be read.
function isReadable(element) {
  const { height, top } = element.getBoundingClientRect();
  const [from, to] = findWindow(element);
  return isInSight(element) && to - top >= Math.min(height, (to - from) / 2);
}

function listControls(list) {
  return [...list.querySelectorAll(CONTROLS)].filter(isUsable);
}

class Keyboard {
  constructor(form) {
    this.form = form;
    this.last = null; // the element that has the focus, or had it and did not give it away
    this.step = null; // its step
    this.push = null; // the push that it belongs to
    this.list = null; // the list that it is in
    this.place = 0; // its place among the controls there
    this.seen = false; // whether the push was in sight when the form last stood still
    this.timer = 0; // 0 while the form stands still
    this.fresh = null; // the title that the view last went to
    this.next = null; // the step that was the next when the form last stood still
    this.parts = new Set(this.listParts()); // the parts of steps that were there then
    this.pressed = -Infinity; // since when a mouse button is held down
    this.entered = null; // the element that a click has given the focus
    form.tabIndex = -1; // a click beside a control stays in the form
    this.hears = [
      ["focusin", (event) => this.note(event.target)],
      ["pointerdown", (event) => this.hold(event)],
      ["pointerup", () => (this.pressed = -Infinity)],
      ["click", (event) => this.select(event.target)],
      ["pointercancel", () => (this.pressed = -Infinity)],
      ["keydown", (event) => this.press(event)],
      // What scrolls while the form changes was not scrolled by a person.
      ["scroll", () => this.timer || this.look()],
    ];
    for (const [name, hear] of this.hears) window.addEventListener(name, hear, true);
    this.observer = new MutationObserver(() => this.settle());
    this.observer.observe(form, {
      subtree: true, childList: true, attributes: true, attributeFilter: ["style", "class", "disabled", "hidden"],
    });
    this.settle();
    this.note(document.activeElement);
  }

  end() {
    for (const [name, hear] of this.hears) window.removeEventListener(name, hear, true);
    this.observer.disconnect();
    clearTimeout(this.timer);
  }

  hold(event) {
    this.pressed = performance.now();
    const { target } = event;
    this.entered = target.matches?.(SEARCH) && target !== document.activeElement ? target : null;
    if (!this.form.contains(target)) this.note(document.body);
  }

  // What was searched for before is typed over, where a click comes back to it; a second click goes into the text.
  select(element) {
    if (element === this.entered && element.selectionStart === element.selectionEnd) element.select();
    this.entered = null;
  }

  note(element) {
    const ours = this.form.contains(element);
    this.last = ours ? element : null;
    if (!ours) return;
    const before = this.push;
    this.step = element.closest(".gt-step");
    this.push = element.closest(".gt-push");
    if (this.push !== before) this.look();
    this.list = element.closest(LIST);
    if (this.list) this.place = listControls(this.list).indexOf(element);
    element.setAttribute(GUARD, "true");
  }

  press(event) {
    const { target, key } = event;
    if (!this.form.contains(target)) return;
    target.setAttribute(GUARD, "true");
    // To save the notebook is the one shortcut that is wanted everywhere.
    const saves = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && key.toLowerCase() === "s";
    if (saves) this.letThrough(target);
    // Enter goes to the kernel as a part of the text, which comes whole and in order.
    if (target.matches(SEARCH) && key === "Enter" && !event.isComposing) {
      event.preventDefault();
      target.value += ENTER;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (target.matches(HEADER) && (key === "Enter" || key === " ")) {
      event.preventDefault();
      target.click();
    }
  }

  // Let one key through to JupyterLab, which looks from where it was pressed outwards, and keep out the next.
  letThrough(target) {
    target.dispatchEvent(new CustomEvent(SAVES, { bubbles: true })); // what is being typed in a table is taken first
    const guards = [];
    for (let around = target; around && around !== this.form; around = around.parentElement) {
      if (around.hasAttribute(GUARD)) guards.push(around);
    }
    for (const each of guards) each.removeAttribute(GUARD);
    setTimeout(() => guards.forEach((each) => each.setAttribute(GUARD, "true")));
  }

  settle() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (performance.now() - this.pressed < LONGEST_PRESS) {
        this.settle();
        return;
      }
      this.openHeaders();
      this.keepFocus();
      this.keepView();
      this.timer = 0;
      this.look();
    }, SETTLED);
  }

  // What folds is opened by a click alone; make a button of it.
  openHeaders() {
    for (const header of this.form.querySelectorAll(HEADER)) {
      const open = header.parentElement.classList.contains("jupyter-widget-Collapse-open");
      const now = { role: "button", tabindex: "0", "aria-expanded": String(open) };
      for (const [name, value] of Object.entries(now)) {
        if (header.getAttribute(name) !== value) header.setAttribute(name, value);
      }
    }
  }

  look() {
    this.seen = this.push !== null && isUsable(this.push) && isInSight(this.push);
  }

  keepView() {
    if (!this.form.contains(document.activeElement)) return;
    // The undo of an undo stands below the undo's own title.
    const fresh = [...this.form.querySelectorAll(FRESH)].filter(isUsable).at(-1) ?? null;
    const isNew = fresh !== null && fresh !== this.fresh;
    this.fresh = fresh;
    const next = this.findNext();
    const isOpened = next !== null && next !== this.next && next !== this.step;
    this.next = next;
    const parts = this.listParts();
    const part = parts.find((each) => !this.parts.has(each));
    this.parts = new Set(parts);
    if (isNew) fresh.scrollIntoView({ block: "start" });
    else if (this.seen && !isInSight(this.push)) {
      // The step's own line says what came of it, and what is next.
      const step = this.push.closest(".gt-receipt, .gt-step");
      const top = step?.matches(".gt-step") ? step : this.push;
      top.scrollIntoView({ block: "start" });
    } else if (isOpened && !isReadable(next)) next.scrollIntoView({ block: "start" });
    else if (part) part.scrollIntoView({ block: "nearest" });
  }

  listSteps() {
    return [...this.form.querySelectorAll(".gt-step")].filter(isUsable);
  }

  listParts() {
    return [...this.form.querySelectorAll(PART)].filter(isUsable);
  }

  // Finds the step, after the one that has the focus or had it, that says what is next.
  findNext() {
    const steps = this.listSteps();
    const after = steps.slice(Math.max(0, steps.indexOf(this.step)));
    return after.find((step) => step.querySelector(".gt-state .gt-next")) ?? null;
  }

  keepFocus() {
    const { last } = this;
    if (!last || isUsable(last)) {
      if (last && document.activeElement === document.body) last.focus({ preventScroll: true });
      return;
    }
    if (this.push && isUsable(this.push)) {
      this.push.tabIndex = -1;
      this.push.focus({ preventScroll: true });
      return;
    }
    if (this.list && isUsable(this.list) && !last.isConnected) {
      const controls = listControls(this.list);
      controls[Math.min(this.place, controls.length - 1)]?.focus();
      return;
    }
    const steps = this.listSteps();
    const step = steps.find((each) => each === this.step) ?? steps[0];
    const place = (this.findNext() ?? step)?.querySelector(".gt-state") ?? this.form;
    place.tabIndex = -1;
    place.focus();
  }
}

function render({ el }) {
  let keyboard = null;
  let frame = 0;
  // The form is put together from its parts; this one may be there before the whole.
  const begin = () => {
    const form = el.closest(".gt-form");
    if (form) keyboard = new Keyboard(form);
    else frame = requestAnimationFrame(begin);
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    keyboard?.end();
  };
}

export default { render };
