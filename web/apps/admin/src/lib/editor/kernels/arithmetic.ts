/** Sums in number fields: `1920/2-40`, `(3+4)*2`. A leading operator counts from the present value: `*2`, `+10`. Pure. */

/** The value of a sum; none when it is not one. */
export function evaluate(text: string, present = 0): number | null {
  const source = text.replace(/\s+/g, "").replace(/,/g, ".").replace(/(?:px|ms|s|%|°)$/, "");
  if (source === "") return null;
  const tokens: string[] = source.match(/\d+(?:\.\d+)?|\.\d+|[-+*/()]/g) ?? [];
  if (tokens.join("") !== source) return null;
  if (/^[+*/]/.test(source)) tokens.unshift(String(present));
  let place = 0;

  const product = (): number => {
    let value = factor();
    while (tokens[place] === "*" || tokens[place] === "/") value = tokens[place++] === "*" ? value * factor() : value / factor();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[place] === "+" || tokens[place] === "-") value = tokens[place++] === "+" ? value + product() : value - product();
    return value;
  };
  const factor = (): number => {
    const token = tokens[place++];
    if (token === "-") return -factor();
    if (token === "(") {
      const value = sum();
      return tokens[place++] === ")" ? value : NaN;
    }
    return token === undefined ? NaN : Number(token);
  };

  const value = sum();
  return place === tokens.length && Number.isFinite(value) ? value : null;
}
