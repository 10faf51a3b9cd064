// Sorts a table by the column whose heading is pressed; rows without a number go last.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const table = head.closest("table");
    const place = head.cellIndex;
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows];
    const isNumeric = rows.some((row) => row.cells[place].dataset.key !== undefined);
    const compare = (one, other) => {
      const [a, b] = [one.cells[place], other.cells[place]];
      if (!isNumeric) return a.textContent.localeCompare(b.textContent, document.documentElement.lang);
      if (a.dataset.key === undefined || b.dataset.key === undefined)
        return (a.dataset.key === undefined) - (b.dataset.key === undefined) || 0;
      return a.dataset.key - b.dataset.key;
    };
    const missing = (row) => isNumeric && row.cells[place].dataset.key === undefined;
    rows.sort((one, other) => (missing(one) || missing(other) || ascending ? 1 : -1) * compare(one, other));
    table.tBodies[0].append(...rows);
  });
}
