export function checkScript(name: string, text: string): void;
export function checkCss(name: string, text: string): void;
