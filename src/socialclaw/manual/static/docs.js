// Search in the documentation: the index is fetched when somebody wants to search, and looked through here.
const home = document.body.dataset.home;
const box = document.querySelector(".search");
const input = document.querySelector("#search");
const status = document.querySelector(".found");
const results = document.querySelector(".results");
const MOST = 12;
const MOST_OF_A_PAGE = 3;
let index;

async function load() {
  index ??= fetch(`${home}/search.json`).then((answer) => answer.json());
  return index;
}

function worth(section, words) {
  const heading = section.heading.toLowerCase();
  const page = section.page.toLowerCase();
  const text = section.text.toLowerCase();
  let sum = words.length > 1 && heading.includes(words.join(" ")) ? 10 : 0;
  for (const word of words) {
    const found = (heading.includes(word) ? 5 : 0) + (page.includes(word) ? 3 : 0) + (text.includes(word) ? 1 : 0);
    if (!found) return 0;
    sum += found;
  }
  return sum;
}

function shown(section) {
  const link = document.createElement("a");
  link.href = section.url;
  const heading = document.createElement("strong");
  heading.textContent = section.heading || section.page;
  const page = document.createElement("span");
  page.textContent = section.page;
  link.append(heading, page);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

async function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return close();
  const sections = await load();
  const found = sections.map((section) => [worth(section, words), section]).filter(([sum]) => sum > 0);
  found.sort(([one], [other]) => other - one);
  const shownOf = new Map();
  const best = found.filter(([, section]) => {
    const count = (shownOf.get(section.page) ?? 0) + 1;
    shownOf.set(section.page, count);
    return count <= MOST_OF_A_PAGE;
  });
  results.replaceChildren(...best.slice(0, MOST).map(([, section]) => shown(section)));
  status.textContent = found.length ? `${found.length} found` : "Nothing found";
  box.classList.add("open");
}

function close() {
  results.replaceChildren();
  status.textContent = "";
  box.classList.remove("open");
}

function move(event) {
  const links = [...results.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "Escape") {
    input.value = "";
    close();
    input.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && at < 0 && links.length) {
    links[0].click();
  }
}

box.hidden = false;
input.addEventListener("focus", load, { once: true });
input.addEventListener("input", search);
box.addEventListener("keydown", move);
if (matchMedia("(max-width: 60rem)").matches) document.querySelector("nav details").open = false;
