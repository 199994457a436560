import type { FromViewer } from "./session/messages.ts";

export interface CommandPorts {
  send(message: FromViewer): boolean;
  /** `name`: where the viewer brings it along */
  identify(seconds: number, name?: string): void;
  screenshot(): Promise<string>;
  /** Whether the page would come back. */
  canReload(): boolean;
  reload(): void;
  forget(): void;
}

/** Does what the server asks for and answers. */
export async function obey(command: { id: string; kind: string; seconds?: number; name?: string }, ports: CommandPorts): Promise<void> {
  const answer = (ok: boolean, more: { text?: string; image?: string }) => ports.send(Object.assign({ type: "result" as const, command: command.id, ok }, more));
  switch (command.kind) {
    case "identify":
      ports.identify(command.seconds || 10, command.name);
      answer(true, {});
      return;
    case "reload":
      if (!ports.canReload()) {
        answer(false, { text: "The server from which this page was opened does not answer: the page would not come back. It plays on." });
        return;
      }
      answer(true, {});
      // Time for the answer to leave.
      setTimeout(ports.reload, 300);
      return;
    case "forget":
      answer(true, {});
      setTimeout(ports.forget, 300);
      return;
    case "screenshot":
      try {
        answer(true, { image: await ports.screenshot() });
      } catch (error) {
        answer(false, { text: `Not possible in this browser: ${(error as Error).message}` });
      }
      return;
    default:
      answer(false, { text: `This player does not know the command ${command.kind}.` });
  }
}
