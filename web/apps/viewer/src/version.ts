declare const PLAYER_VERSION: string;

/** The player's version, set by the build. */
export const VERSION: string = typeof PLAYER_VERSION === "undefined" ? "0.0.0" : PLAYER_VERSION;
