// The page's sentences: `t` takes the English one, which is the key of the other languages.

const language = document.documentElement.dataset.language;
const { languages, messages } = await (await fetch(`/messages/${language}.json`)).json();

export { language, languages };

/** The sentence in the page's language, with {names} filled in. Numbers are written as the language does. */
export function t(text, values = {}) {
  const sentence = messages[text] || text;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : String(value);
  });
}

const formats = {}; // making one takes longer than a hundred uses
const RAISED = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

/** A number with as many digits as matter. */
export function number(value, digits = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return powered(value);
  formats[digits] ??= new Intl.NumberFormat(language, { maximumSignificantDigits: digits, useGrouping: false });
  return formats[digits].format(value).replace("-", "−");
}

function powered(value) {
  const [digits, power] = value.toExponential(2).split("e");
  return `${digits.replace("-", "−")} · 10${[...power.replace("+", "")].map((each) => RAISED[each]).join("")}`;
}
