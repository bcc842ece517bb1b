// Where the words of a transcript stand in the text that a volunteer has meanwhile corrected.
const MARKS = /[\s，。、！？；：,.!?;:]/;

// For each character of `a`, its place in `b` on a longest common subsequence, or -1.
function commonPlaces(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j]
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  const places = new Array(a.length).fill(-1);
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) places[i++] = j++;
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return places;
}

// The span [start, end) of `text` in which the words first..last stand; where they were changed by hand, what is
// between their neighbours, without the marks around it.
export function spanOf(words, first, last, text) {
  const before = words.slice(0, first).join("");
  const joined = words.join("");
  const from = before.length;
  const to = from + words.slice(first, last + 1).join("").length;
  const places = commonPlaces(joined, text);
  const inside = places.slice(from, to);
  if (inside.length && inside.every((place, at) => place === inside[0] + at && place >= 0))
    return [inside[0], inside[0] + inside.length];
  let start = 0;
  for (let i = from - 1; i >= 0; i--) if (places[i] >= 0) { start = places[i] + 1; break; }
  let end = text.length;
  for (let i = to; i < places.length; i++) if (places[i] >= 0) { end = places[i]; break; }
  while (start < end && MARKS.test(text[start])) start++;
  while (end > start && MARKS.test(text[end - 1])) end--;
  return [start, end];
}
