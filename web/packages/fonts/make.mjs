// Copies the fonts out of their npm packages into files/ and writes fonts.json: `npm run make` in this folder.
//
// Arabic and Hebrew letters and symbols carry the family name of the Latin font whose text they stand in, told apart by
// range: a line then breaks at the same place on every screen, whatever fonts its machine has.
import { copyFileSync, readFileSync, rmSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const folder = (name) => dirname(require.resolve(`@fontsource-variable/${name}/package.json`));

/** Made by hand once, see README.md; everything else is copied. */
const OWN = ["inter-symbols-normal.woff2"];
const SYMBOLS =
  "U+2010-2012,U+2015,U+2021,U+2030-2031,U+203B-203E,U+2070-208E,U+2090-209C,U+2100-2112,U+2117-2121,U+2126-2190,U+2192,U+2194-2211," +
  "U+2213-2214,U+2216-23FF,U+2460-24FF,U+25A0-27BF,U+2900-29FF,U+2B00-2BFF";
/** The ranges of the packages overlap in marks and hyphens; here each character has one file. */
const RANGES = {
  arabic: "U+0600-06FF,U+0750-077F,U+0870-088E,U+0890-0891,U+0897-08FF,U+200C-200E,U+204F,U+2E41,U+FB50-FDFF,U+FE70-FE74,U+FE76-FEFC",
  hebrew: "U+0590-05FF,U+20AA,U+FB1D-FB4F",
};
const PARTS = ["latin", "latin-ext", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "vietnamese"];

for (const file of readdirSync(join(here, "files"))) {
  if (!OWN.includes(file)) rmSync(join(here, "files", file));
}
const fonts = [];
const add = (family, style, range, file) => fonts.push({ family, weight: "100 900", style, range, file });

for (const [family, name] of [["Inter", "inter"], ["JetBrains Mono", "jetbrains-mono"]]) {
  const ranges = JSON.parse(readFileSync(join(folder(name), "unicode.json"), "utf8"));
  for (const style of ["normal", "italic"]) {
    for (const part of PARTS) {
      const from = join(folder(name), "files", `${name}-${part}-wght-${style}.woff2`);
      if (!existsSync(from)) continue;
      const file = `${name}-${part}-${style}.woff2`;
      copyFileSync(from, join(here, "files", file));
      add(family, style, ranges[part], file);
    }
  }
}
for (const [part, name] of [["arabic", "noto-sans-arabic"], ["hebrew", "noto-sans-hebrew"]]) {
  const file = `${name}-normal.woff2`;
  copyFileSync(join(folder(name), "files", `${name}-${part}-wght-normal.woff2`), join(here, "files", file));
  for (const family of ["Inter", "JetBrains Mono"]) add(family, "normal", RANGES[part], file);
}
for (const family of ["Inter", "JetBrains Mono"]) add(family, "normal", SYMBOLS, OWN[0]);
for (const name of ["inter", "jetbrains-mono", "noto-sans-arabic", "noto-sans-hebrew"]) {
  copyFileSync(join(folder(name), "LICENSE"), join(here, "licences", `${name}.txt`));
}
writeFileSync(join(here, "fonts.json"), `[\n${fonts.map((font) => `  ${JSON.stringify(font)}`).join(",\n")}\n]\n`);
