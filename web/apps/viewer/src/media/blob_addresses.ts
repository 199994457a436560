/** `blob:` addresses by hash, each made once and revoked a while after nobody uses it. */
export class BlobAddresses {
  private readonly open = new Map<string, { url: Promise<string>; users: number }>();

  constructor(private readonly read: (hash: string) => Promise<Blob>) {}

  url(hash: string): Promise<string> {
    let entry = this.open.get(hash);
    if (!entry) {
      entry = { url: this.read(hash).then((blob) => URL.createObjectURL(blob)), users: 0 };
      this.open.set(hash, entry);
      entry.url.catch(() => this.open.delete(hash));
    }
    entry.users++;
    return entry.url;
  }

  release(hash: string): void {
    const entry = this.open.get(hash);
    if (!entry || --entry.users > 0) return;
    // The next round of a programme often asks again at once.
    setTimeout(() => {
      if (entry.users > 0 || this.open.get(hash) !== entry) return;
      this.open.delete(hash);
      entry.url.then(
        (url) => URL.revokeObjectURL(url),
        () => undefined,
      );
    }, 10_000);
  }
}
