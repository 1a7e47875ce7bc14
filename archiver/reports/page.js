"use strict";
// Narrows the lists to the bags and findings that have every word, the verdict and the severity asked for.

const filter = document.getElementById("filter");
const hits = document.getElementById("hits");
const folds = [...document.querySelectorAll("details.more")];
const groups = [...document.querySelectorAll("#bags > section, .sheaf")];
const plain = (text) => text.normalize().toLowerCase();

const bags = [...document.querySelectorAll("#bags [data-verdict]")].map((element) => ({
  element,
  verdict: element.dataset.verdict,
  text: plain([...element.querySelectorAll(".name, .facts")].map((part) => part.textContent).join(" ")),
  findings: [...element.querySelectorAll(".finding")].map((finding) => ({
    element: finding,
    severity: finding.dataset.severity,
    text: plain(finding.textContent),
  })),
}));
const total = bags.reduce((sum, bag) => sum + bag.findings.length, 0);
const counted = (count, all, thing) => `${count.toLocaleString("en")} of ${all.toLocaleString("en")} ${thing}`;

function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
  return shown;
}

function narrow() {
  const words = plain(filter.words.value).split(/\s+/).filter(Boolean);
  const [verdict, severity] = [filter.verdict.value, filter.severity.value];
  const asked = words.length > 0 || verdict !== "" || severity !== "";
  const has = (text) => words.every((word) => text.includes(word));
  let [bagsShown, findingsShown] = [0, 0];

  for (const bag of bags) {
    const wanted = verdict === "" || bag.verdict === verdict;
    const found = bag.findings.filter((finding) =>
      show(finding.element, wanted && (severity === "" || finding.severity === severity) && has(`${bag.text} ${finding.text}`)));
    const silent = bag.findings.length === 0 && severity === "" && has(bag.text);
    bagsShown += show(bag.element, wanted && (found.length > 0 || silent));
    findingsShown += found.length;
  }
  const left = (element, of) => element.querySelector(`:is(${of}):not([hidden])`) !== null;
  for (const group of groups) show(group, left(group, "[data-verdict]"));
  for (const fold of folds) fold.open = show(fold, left(fold, ".finding, [data-verdict]")) && asked;
  hits.textContent = asked ? `${counted(bagsShown, bags.length, "bags")}, ${counted(findingsShown, total, "findings")}` : "";
}

let waiting;
function narrowSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(narrow, 100);
}

for (const event of ["input", "change", "reset"]) filter.addEventListener(event, narrowSoon);
filter.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("input, select")) return;
  event.preventDefault();
  filter.words.focus();
});
filter.hidden = false;
