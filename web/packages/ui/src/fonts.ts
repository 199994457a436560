/** The fonts of the interface as files, for the player's preview: the same families that viewers get with their plans. */
import interCyrillic from "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2?url";
import interGreek from "@fontsource-variable/inter/files/inter-greek-wght-normal.woff2?url";
import interLatinExt from "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2?url";
import interLatin from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import monoLatinExt from "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-ext-wght-normal.woff2?url";
import monoLatin from "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?url";

export interface FontFile {
  family: string;
  weight: string;
  style: string;
  range: string;
  url: string;
}

const LATIN = "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2190-2199, U+2212, U+2215, U+FEFF, U+FFFD";
const LATIN_EXT = "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2C60-2C7F, U+A720-A7FF";

export const FONTS: FontFile[] = [
  { family: "Inter", weight: "100 900", style: "normal", range: LATIN, url: interLatin },
  { family: "Inter", weight: "100 900", style: "normal", range: LATIN_EXT, url: interLatinExt },
  { family: "Inter", weight: "100 900", style: "normal", range: "U+0370-03FF", url: interGreek },
  { family: "Inter", weight: "100 900", style: "normal", range: "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116", url: interCyrillic },
  { family: "JetBrains Mono", weight: "100 800", style: "normal", range: LATIN, url: monoLatin },
  { family: "JetBrains Mono", weight: "100 800", style: "normal", range: LATIN_EXT, url: monoLatinExt },
];
