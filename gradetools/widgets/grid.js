// The grid's half in the browser: draws the rows in sight, moves the focus, and asks the kernel for everything else.
// What is shown is set as text, never as HTML. See grid.py for what the two say to each other.

const ROW = 28; // pixels, as in grid.css
const TALLEST = 8e6; // browsers draw no element that is much taller; longer tables scroll in larger steps
const CHUNK = 60;
const MOST_LINES = 20; // of text, in a table that is not scrolled
const PAGE = 12;
const FLOWING = 100; // up to so many rows are as tall as their words need; longer tables have rows of one line
// Characters: columns of such tables may become so narrow before they are scrolled sideways, and the wordy ones so.
const NARROW = 5;
const WORDY = 12;
// A cell's padding and border, as in grid.css.
const PADDING = "2 * var(--gtg-pad) + 2px";
// Dates and times, which no line breaks.
const MOMENT = /(\d{4}-\d{2}-\d{2}|\d{2}:\d{2} [A-Z]{3,5}\b)/;
const ICONS = { error: "✖", question: "?", warning: "⚠", corrected: "✎", info: "i" };
const CALLED = { error: "Error", question: "Question", warning: "Warning", corrected: "Corrected", info: "Note" };
const SIGNS = { ascending: " ▲", descending: " ▼" };
let serial = 0;

function make(tag, hook, properties = {}, children = []) {
  const element = document.createElement(tag);
  if (hook) element.className = hook;
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// JupyterLab listens for its shortcuts at the document, before we do; it spares an element with this attribute.
function guard(element) {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
}

function drawMark([kind, words]) {
  const icon = make("span", "gtg-icon", { text: ICONS[kind], "aria-hidden": "true" });
  const called = make("span", "gtg-hidden", { text: ` ${CALLED[kind]}: ` });
  return [icon, called, make("span", "gtg-words", { text: words })];
}

// Text in which no date is broken.
function keepMoments(text) {
  return text.split(MOMENT).map((part, place) => place % 2 ? make("span", "gtg-whole", { text: part }) : part);
}

class GridView {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.id = `gtg-${++serial}`;
    this.rows = new Map(); // what is known of the rows of this page, by their number from 0
    this.drawn = new Map(); // the elements of those in sight
    this.asked = false;
    this.active = { row: -1, column: 0 }; // row -1 is the header
    this.wanted = false; // the active cell has the focus, or would have it if it were in sight
    this.editor = null;
    this.build();
    this.listen();
    this.takeColumns();
    this.takePage();
  }

  get(name) {
    return this.model.get(name);
  }

  get flows() {
    return this.total <= FLOWING;
  }

  get total() {
    return this.get("page").total ?? 0;
  }

  build() {
    this.view = guard(make("select", "gtg-select", { "aria-label": "Show" }));
    this.search = guard(make("input", "gtg-search", {
      type: "search", placeholder: "Search", "aria-label": "Search", spellcheck: "false",
    }));
    this.status = make("span", "gtg-status", { role: "status" });
    this.bar = make("div", "gtg-bar", {}, [
      make("label", "", { text: "Show " }, [this.view]), this.search, this.status,
    ]);
    this.head = make("div", "gtg-row gtg-head", { role: "row", "aria-rowindex": 1 });
    this.body = make("div", "gtg-body", { role: "rowgroup" });
    this.grid = make("div", "gtg-grid", { role: "grid", "aria-label": this.get("label") }, [
      make("div", "gtg-top", { role: "rowgroup" }, [this.head]), this.body,
    ]);
    this.scroller = guard(make("div", "gtg-scroller", { tabindex: -1 }, [this.grid]));
    this.more = make("div", "gtg-more", { hidden: "" });
    this.note = make("div", "gtg-note", { id: `${this.id}-note` });
    this.root.classList.add("gtg");
    this.root.append(this.bar, make("div", "gtg-frame", {}, [this.scroller]), this.more, this.note);
  }

  listen() {
    this.scroller.addEventListener("scroll", () => this.draw());
    this.scroller.addEventListener("keydown", (event) => this.press(event));
    this.scroller.addEventListener("gt-saves", () => this.finishToSave()); // from keyboard.js
    this.scroller.addEventListener("click", (event) => this.click(event));
    this.scroller.addEventListener("dblclick", (event) => this.begin(this.placeOf(event.target)));
    this.scroller.addEventListener("focusin", (event) => this.enter(event));
    this.scroller.addEventListener("focusout", (event) => this.leave(event));
    this.view.addEventListener("change", () => this.choose("view", this.view.value));
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.choose("search", this.search.value), 200);
    });
    this.hears = {
      "change:columns": () => this.takeColumns(),
      "change:page": () => this.takePage(),
      "msg:custom": (message) => this.hear(message),
    };
    for (const [event, hear] of Object.entries(this.hears)) this.model.on(event, hear);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.scroller);
  }

  end() {
    for (const [event, hear] of Object.entries(this.hears)) this.model.off(event, hear);
    this.resized.disconnect();
    clearTimeout(this.typing);
  }

  choose(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  // ---- what the kernel says

  takeColumns() {
    this.grid.setAttribute("aria-colcount", this.get("columns").length);
    this.setWidths();
    this.drawHead();
  }

  // Columns get what they ask for; those that ask for much share what is left, and where words may wrap all can give way.
  setWidths() {
    const columns = this.get("columns");
    const least = columns.map((c) => (this.flows ? Math.min(c.width, Math.max(c.fills ? WORDY : NARROW, c.least)) : c.width));
    const widths = columns.map((c, n) => {
      const most = c.fills ? `${c.share}fr` : `calc(${c.width}ch + ${PADDING})`;
      return `minmax(calc(${least[n]}ch + ${PADDING}), ${most})`;
    });
    this.grid.style.setProperty("--gtg-columns", widths.join(" "));
    this.grid.style.minWidth = `calc(${least.reduce((sum, each) => sum + each, 0)}ch + ${columns.length} * (${PADDING}))`;
    this.root.classList.toggle("gtg-flows", this.flows);
    // Where there are few rows there is room for all of each.
    this.root.style.setProperty("--gtg-lines", Math.max(7, Math.floor(MOST_LINES / Math.max(1, this.total))));
  }

  takePage() {
    const page = this.get("page");
    this.rows = new Map((page.rows ?? []).map((row, number) => [number, row]));
    this.asked = false;
    this.dirty = true;
    const shown = this.get("views").map(([name, label]) => make("option", "", { value: name, text: label }));
    this.view.replaceChildren(...shown);
    this.view.value = this.get("view");
    if (document.activeElement !== this.search) this.search.value = this.get("search");
    const all = Number(this.get("views")[0]?.[2] ?? this.total);
    this.status.textContent = `${this.total.toLocaleString("en")} of ${all.toLocaleString("en")} rows`;
    this.bar.hidden = all <= 10 && this.get("views").length < 2;
    this.grid.setAttribute("aria-rowcount", this.total + 1);
    this.body.style.height = this.flows ? "auto" : `${Math.min(this.total * ROW, TALLEST)}px`;
    this.setWidths();
    this.drawHead();
    if (!page.kept) {
      this.fromTop = true; // once it is in sight, for before that it cannot be scrolled
      this.active.row = Math.min(this.active.row, 0);
    }
    this.active.row = Math.min(this.active.row, this.total - 1);
    this.draw();
    // What was out of sight for less than a frame has no new size to be told of.
    requestAnimationFrame(() => this.dirty && this.draw());
  }

  hear(message) {
    if (message.kind === "rows" && message.version === this.get("page").version) {
      message.rows.forEach((row, number) => this.rows.set(message.first + number, row));
      this.asked = false;
      this.draw();
    } else if (message.kind === "edited") {
      this.body.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  }

  ask(first, last) {
    let missing = first;
    while (missing <= last && this.rows.has(missing)) missing++;
    if (missing > last || this.asked) return;
    this.asked = true;
    const begin = Math.max(0, missing - 5);
    this.model.send({ kind: "rows", version: this.get("page").version, first: begin, count: CHUNK });
  }

  // ---- drawing

  get most() {
    return Math.max(1, Math.floor((this.scroller.clientHeight - this.head.offsetHeight) / ROW));
  }

  // How many rows one pixel of scrolling is, and back.
  get ratio() {
    const height = this.total * ROW;
    if (height <= TALLEST) return 1 / ROW;
    return (this.total - this.most) / (TALLEST - this.most * ROW);
  }

  drawHead() {
    const [sorted, direction] = this.get("sort");
    const had = this.head.contains(document.activeElement);
    this.head.replaceChildren(...this.get("columns").map((column, number) => {
      const order = column.name === sorted ? direction : "none";
      const cell = guard(make("div", "gtg-cell", {
        role: "columnheader", tabindex: -1, "aria-sort": order, "aria-colindex": number + 1,
        title: [column.title, column.mark?.[2], "Click to sort"].filter(Boolean).join("\n"),
        "data-kind": column.mark?.[0],
      }));
      cell.append(make("span", "gtg-text", { text: column.title }));
      if (column.mark) cell.append(...drawMark(column.mark));
      cell.append(make("span", "gtg-sign", { text: SIGNS[order] ?? "", "aria-hidden": "true" }));
      return cell;
    }));
    this.rove(had && this.active.row < 0);
  }

  drawRow(number) {
    const row = this.rows.get(number);
    const cells = this.get("columns").map((column, index) => this.drawCell(row, column, index));
    return make("div", "gtg-row", { role: "row", "aria-rowindex": number + 2 }, cells);
  }

  drawCell(row, column, index) {
    const text = row ? this.flows ? row.texts[index] : row.texts[index].replaceAll("\n", ", ") : "…";
    const mark = row?.marks[index];
    const cell = guard(make("div", "gtg-cell", {
      role: index ? "gridcell" : "rowheader", tabindex: -1, "aria-colindex": index + 1,
      title: mark ? `${text}\n${mark[2]}` : text, "data-kind": mark?.[0],
      "data-title": column.title, "aria-invalid": mark?.[0] === "error" ? "true" : null,
      "aria-readonly": this.editable && !column.editable ? "true" : null,
    }));
    if (index === 0 && /^(|line)$/.test(column.name)) cell.classList.add("gtg-number");
    const told = make("span", "gtg-text", {}, keepMoments(text));
    // An icon without words of its own belongs to the text, and never stands on a line of its own.
    if (mark && !mark[1]) told.prepend(...drawMark(mark).slice(0, 2), "\u00a0");
    cell.append(told);
    if (mark?.[1]) cell.append(...drawMark(mark));
    return cell;
  }

  get editable() {
    return this.get("columns").some((column) => column.editable);
  }

  draw() {
    if (!this.scroller.clientHeight) return; // out of sight
    if (this.fromTop) this.scroller.scrollTop = 0;
    this.fromTop = false;
    const top = this.scroller.scrollTop;
    const exact = this.ratio === 1 / ROW;
    const { first, last } = this.inSight(top, exact);
    if (this.editor && (this.editor.row < first || this.editor.row > last)) this.finish(true);
    const stale = this.dirty;
    this.dirty = false;
    const held = this.body.contains(document.activeElement);
    const kept = new Map();
    for (let number = first; number <= last; number++) {
      const row = this.rows.get(number);
      const before = this.drawn.get(number);
      kept.set(number, before && !stale && before.row === row ? before : { row, element: this.drawRow(number) });
    }
    const elements = [...kept.values()].map((each) => each.element);
    const same = elements.length === this.body.children.length &&
      elements.every((element, number) => element === this.body.children[number]);
    this.drawn = kept;
    const above = exact ? first * ROW : Math.min(top, TALLEST - elements.length * ROW);
    this.body.style.paddingTop = `${this.flows ? 0 : above}px`;
    if (!same) {
      this.editor = null;
      this.body.replaceChildren(...elements);
      this.rove(held || this.wanted);
    }
    this.ask(first, last);
    this.tellMore();
  }

  // Say which columns are out of sight on the right: nothing else tells of them where scrollbars hide themselves.
  tellMore() {
    const edge = this.scroller.getBoundingClientRect().left + this.scroller.clientWidth;
    const cut = 18; // so much of a cell is its padding, and hides no word
    const wider = this.scroller.scrollWidth - this.scroller.clientWidth - this.scroller.scrollLeft > cut;
    const cells = wider ? [...this.head.children] : [];
    const titles = this.get("columns").map(({ title }) => title);
    const names = titles.filter((_, number) => cells[number]?.getBoundingClientRect().right > edge + cut);
    const text = names.length ? `Scroll to the right, or press →, for ${names.join(", ")}.` : "";
    if (this.more.textContent !== text) this.more.textContent = text;
    this.more.hidden = !text;
    this.root.classList.toggle("gtg-more-right", Boolean(text));
  }

  // The rows to draw: those in sight and some around them, or all where they are few.
  inSight(top, exact) {
    if (this.flows) return { first: 0, last: this.total - 1 };
    const first = Math.min(Math.max(0, Math.floor(top * this.ratio) - (exact ? 4 : 0)), Math.max(0, this.total - 1));
    return { first, last: Math.min(this.total - 1, first + this.most + (exact ? 9 : 1)) };
  }

  cellAt({ row, column }) {
    const line = row < 0 ? this.head : this.drawn.get(row)?.element;
    return line?.children[column];
  }

  placeOf(target) {
    const cell = target.closest?.(".gtg-cell");
    if (!cell) return null;
    const column = Number(cell.getAttribute("aria-colindex")) - 1;
    return { row: Number(cell.parentElement.getAttribute("aria-rowindex")) - 2, column };
  }

  // Exactly one element can be reached with Tab: the active cell, or, when that is out of sight, what scrolls.
  rove(focus) {
    this.active.column = Math.max(0, Math.min(this.active.column, this.get("columns").length - 1));
    for (const cell of this.grid.querySelectorAll('[tabindex="0"]')) cell.tabIndex = -1;
    const cell = this.cellAt(this.active);
    this.scroller.tabIndex = cell ? -1 : 0;
    if (cell) cell.tabIndex = 0;
    if (focus) {
      this.wanted = true;
      (cell ?? this.scroller).focus({ preventScroll: true });
    }
    this.tell();
  }

  tell() {
    const row = this.rows.get(this.active.row);
    const column = this.get("columns")[this.active.column];
    const mark = this.active.row < 0 ? column?.mark : row?.marks[this.active.column];
    this.note.dataset.kind = mark?.[0] ?? "";
    if (!this.wanted || (!row && !mark)) {
      this.note.textContent = this.total ? this.get("hint") : this.tellEmpty();
      return;
    }
    this.note.replaceChildren(...(row && !this.editable ? this.tellRow(row) : this.tellCell(row, column)));
    if (mark) {
      const icon = make("b", "gtg-icon", { text: `${ICONS[mark[0]]} ${CALLED[mark[0]]}: ` });
      this.note.append(make("div", "", {}, [icon, make("span", "", { text: mark[2] || mark[1] })]));
    }
  }

  tellEmpty() {
    const all = this.get("views")[0];
    if (!all?.[2]) return "There is nothing here.";
    if (this.get("search")) return "Nothing here holds what you search for: empty the search, or choose more at “Show”.";
    return `None of these is left: choose “${all[0]}” at “Show” for the others.`;
  }

  tellCell(row, column) {
    const first = this.get("columns")[0].title;
    const place = row && this.active.column ? `${first} ${row.texts[0]}, ${column.title}: ` : `${column.title}: `;
    const text = row ? row.texts[this.active.column] || "(blank)" : "";
    return [make("b", "", { text: place }), make("span", "", { text })];
  }

  // All of a row, whole: some of it may be out of sight in a narrow window, or cut.
  tellRow(row) {
    const told = this.get("columns").map(({ title }, number) => [title, row.texts[number]]).filter(([, text]) => text);
    return told.flatMap(([title, text], number) => [
      make("b", "", { text: `${number ? " · " : ""}${title}: ` }), make("span", "", { text }),
    ]);
  }

  // ---- moving

  move(row, column) {
    if (this.editor) this.finish(true);
    const columns = this.get("columns").length;
    this.active = {
      row: Math.max(-1, Math.min(row, this.total - 1)),
      column: Math.max(0, Math.min(column, columns - 1)),
    };
    this.reveal();
    this.rove(true);
  }

  // Scroll until the active cell is in sight.
  reveal() {
    const { row } = this.active;
    if (row >= 0 && !this.flows) {
      const top = row / this.ratio;
      const bottom = (row + 1 - this.most) / this.ratio;
      if (this.scroller.scrollTop > top) this.scroller.scrollTop = top;
      else if (this.scroller.scrollTop < bottom) this.scroller.scrollTop = Math.ceil(bottom);
      this.draw();
    }
    const cell = this.cellAt(this.active);
    if (!cell) return;
    const frame = this.scroller.getBoundingClientRect();
    const box = cell.getBoundingClientRect();
    if (row >= 0 && this.flows) {
      const top = frame.top + this.head.offsetHeight;
      const bottom = frame.top + this.scroller.clientHeight;
      if (box.top < top || box.height > bottom - top) this.scroller.scrollTop -= top - box.top;
      else if (box.bottom > bottom) this.scroller.scrollTop += Math.ceil(box.bottom - bottom);
    }
    const left = frame.left + (this.active.column ? this.head.children[0].offsetWidth : 0);
    if (box.left < left) this.scroller.scrollLeft -= left - box.left;
    else if (box.right > frame.left + this.scroller.clientWidth) {
      this.scroller.scrollLeft += box.right - frame.left - this.scroller.clientWidth;
    }
  }

  enter(event) {
    const place = this.placeOf(event.target);
    this.wanted = true;
    if (place && !this.editor) {
      const moved = place.row !== this.active.row || place.column !== this.active.column;
      this.active = place;
      if (moved) this.rove(false);
      else this.tell();
    }
  }

  leave(event) {
    // The note stays: were it to shrink now, what is about to be pressed below would move from under the mouse.
    if (event.relatedTarget && !this.scroller.contains(event.relatedTarget)) this.wanted = false;
  }

  click(event) {
    const place = this.placeOf(event.target);
    if (!place || event.target === this.editor?.input) return;
    if (place.row < 0) this.sort(place.column);
    this.move(place.row, place.column);
  }

  sort(number) {
    const { name } = this.get("columns")[number];
    const [sorted, direction] = this.get("sort");
    const next = sorted !== name ? "ascending" : direction === "ascending" ? "descending" : null;
    this.choose("sort", next ? [name, next] : []);
    this.drawHead();
  }

  press(event) {
    if (this.editor) return this.pressInEditor(event);
    const { row, column } = this.active;
    const far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: [far ? 0 : row - 1, column], ArrowDown: [far ? this.total - 1 : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1], ArrowRight: [row, far ? Infinity : column + 1],
      PageUp: [Math.max(0, row - PAGE), column], PageDown: [row + PAGE, column],
      Home: [far ? 0 : row, 0], End: [far ? this.total - 1 : row, Infinity],
    };
    if (event.key in moves && !event.altKey) this.move(...moves[event.key]);
    else if ((event.key === "Enter" || event.key === "F2" || event.key === " ") && !far) {
      if (row < 0) this.sort(column);
      else this.begin(this.active);
    } else if (event.key.length === 1 && !far && !event.altKey) this.begin(this.active, event.key);
    else if (["Delete", "Backspace"].includes(event.key) && !far && !event.altKey) this.empty(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- changing a cell

  begin(place, typed) {
    const row = place && this.rows.get(place.row);
    const column = place && this.get("columns")[place.column];
    if (!row || place.row < 0 || this.editor) return;
    if (!column.editable) {
      if (this.get("opens") && typed === undefined) this.model.send({ kind: "open", label: row.label });
      return;
    }
    const cell = this.cellAt(place);
    const input = guard(make("input", "gtg-input", {
      type: "text", spellcheck: "false", "aria-label": `${column.title}, ${row.texts[0]}`,
    }));
    input.value = typed ?? row.texts[place.column];
    this.editor = { input, cell, row: place.row, label: row.label, column: column.name, text: row.texts[place.column] };
    cell.append(input);
    input.focus({ preventScroll: true });
    if (typed === undefined) input.select();
    input.addEventListener("blur", () => this.finish(true, false));
  }

  empty(place) {
    if (!this.get("columns")[place.column]?.editable) return;
    this.begin(place, "");
    this.finish(true);
  }

  pressInEditor(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") this.finish(true);
    else if (event.key === "Escape") this.finish(false);
    else if (event.key === "Tab") {
      this.finish(true);
      this.move(this.active.row, this.active.column + (event.shiftKey ? -1 : 1));
    } else return;
    event.preventDefault();
  }

  finish(taken, focus = true) {
    const editor = this.editor;
    if (!editor) return;
    this.editor = null;
    const text = editor.input.value;
    editor.input.remove();
    if (focus) editor.cell.focus({ preventScroll: true });
    if (!taken || text === editor.text) return;
    editor.cell.setAttribute("aria-busy", "true");
    editor.cell.querySelector(".gtg-text").textContent = text;
    this.model.send({ kind: "edit", label: editor.label, column: editor.column, text });
  }

  // Take what is typed before the notebook is saved. JupyterLab looks from the input outwards, so that goes only then.
  finishToSave() {
    if (!this.editor) return;
    const { input, cell } = this.editor;
    this.finish(true);
    input.hidden = true;
    cell.append(input);
    setTimeout(() => input.remove());
  }
}

function render({ model, el }) {
  const view = new GridView(model, el);
  return () => view.end();
}

export default { render };
