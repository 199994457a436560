import type { Hello, StorageFacts } from "./messages.ts";

/** What a player says first: what it is and on what it runs. */
export function helloOf(player: string, plan: string | null, storage: StorageFacts, sound: string, carried: { epoch?: number; position?: unknown }): Hello {
  const ratio = window.devicePixelRatio || 1;
  const hello: Hello = {
    type: "hello",
    protocol: 1,
    player,
    screen: { width: Math.round(screen.width * ratio), height: Math.round(screen.height * ratio), ratio: Math.round(ratio * 100) },
    storage,
    sound,
    secure: window.isSecureContext === true,
    user_agent: navigator.userAgent,
    plan,
    language: navigator.language || "en",
  };
  return Object.assign(hello, carried);
}
