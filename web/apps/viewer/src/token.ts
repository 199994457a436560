import type { Notes } from "./identity.ts";
import { takeToken } from "./place.ts";

const NAME = "signboard-token";

/** The one-time token of the address: taken out of it at once, kept until the server has had it. */
export class Token {
  private value: string | null;

  constructor(private readonly notes: Notes) {
    const { token, rest } = takeToken(location.href);
    this.value = token;
    try {
      if (token !== null) {
        history.replaceState(null, "", rest);
        if (notes) notes.setItem(NAME, token);
      } else if (notes) {
        this.value = notes.getItem(NAME);
      }
    } catch (forbidden) {
      // Then it lives as long as the page.
    }
  }

  take(): string | null {
    return this.value;
  }

  used(): void {
    this.value = null;
    try {
      if (this.notes) this.notes.removeItem(NAME);
    } catch (forbidden) {
      // It was not kept.
    }
  }
}
