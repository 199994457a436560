import type { Shelf } from "../media/shelf.ts";
import type { StorageFacts } from "../session/messages.ts";

/** What the browser tells of its room, asked now and then: the answer takes its time. */
export class StorageWatch {
  private quota = 0;
  private used = 0;

  constructor(private readonly shelf: Shelf) {}

  get facts(): StorageFacts {
    const kept = this.shelf.files().reduce((sum, file) => sum + file.bytes, 0);
    return { level: this.shelf.level, quota: this.quota, used: this.used || kept };
  }

  /** Only pages over HTTPS or from localhost can ask; others tell 0 for the quota. */
  async look(): Promise<void> {
    if (!navigator.storage || !navigator.storage.estimate) return;
    try {
      const found = await navigator.storage.estimate();
      this.quota = Math.round(found.quota || 0);
      this.used = Math.round(found.usage || 0);
    } catch (refused) {
      // It stays at what is known.
    }
  }
}

/** Asks the browser not to clear what is kept when the disk fills. */
export function askToPersist(): void {
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => undefined);
}
