/** One page for all paths, drawn by the browser. */
export const ssr = false;
export const prerender = false;
