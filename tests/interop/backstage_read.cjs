// Prints what Backstage's plugin makes of the records named as arguments.
const { readFileSync } = require("node:fs");
const { madrFilePathFilter, parseMadrWithFrontmatter } = require("@backstage/plugin-adr-common");

const seen = process.argv.slice(2).map((path) => {
  const { status, date, content } = parseMadrWithFrontmatter(readFileSync(path, "utf8"));
  return { path, listed: madrFilePathFilter(path), status, date, content };
});
console.log(JSON.stringify(seen));
