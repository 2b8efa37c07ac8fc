// Parses every Mermaid block of the files named as arguments; prints the labels that Mermaid understood.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!DOCTYPE html><body></body>", { runScripts: "outside-only", pretendToBeVisual: true });
dom.window.structuredClone = structuredClone;
const tiny = createRequire(import.meta.url).resolve("@mermaid-js/tiny");
new Script(readFileSync(tiny, "utf8")).runInContext(dom.getInternalVMContext());
const { mermaid } = dom.window;

process.on("uncaughtException", (error) => {
  console.error(String(error).slice(0, 2000));
  process.exit(1);
});
for (const file of process.argv.slice(2)) {
  for (const [, text] of readFileSync(file, "utf8").matchAll(/^```mermaid\n([\s\S]*?)^```/gm)) {
    await mermaid.parse(text);
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const labels = [...diagram.db.getVertices().values()].map((vertex) => vertex.text);
    const frames = diagram.db.getSubGraphs().map((frame) => frame.title);
    console.log(JSON.stringify({ file, type: diagram.type, labels, frames }));
  }
}
