// The wire between a browser and a server, with somebody who counts what goes over it.
import { createConnection, createServer } from "node:net";

export class Wire {
  /** Passes everything on to a port of this machine, unchanged. It listens at `host`. */
  static async to(port, host) {
    const wire = new Wire();
    wire.host = host;
    wire.connections = new Set();
    wire.server = createServer((near) => wire.carry(near, port));
    await new Promise((resolve, reject) => wire.server.once("error", reject).listen(0, host, resolve));
    wire.port = wire.server.address().port;
    return wire;
  }

  get address() {
    return `http://${this.host}:${this.port}`;
  }

  carry(near, port) {
    const far = createConnection(port, "127.0.0.1");
    const connection = { near, far, last: "" };
    this.connections.add(connection);
    const end = () => {
      this.connections.delete(connection);
      near.destroy();
      far.destroy();
    };
    for (const side of [near, far]) side.on("error", end).on("close", end);
    // Browsers ask the next question of a connection when the answer before it has ended (RFC 9112 section 9.3).
    near.on("data", (data) => {
      const asked = /^[A-Z]+ (\S+) HTTP\/1\.1\r\n/.exec(data.subarray(0, 4096).toString("latin1"));
      if (asked) connection.last = asked[1];
      far.write(data);
    });
    far.on("data", (data) => near.write(data));
  }

  /** How many connections are open whose last request was for this path. */
  open(path) {
    return [...this.connections].filter((one) => one.last.split("?")[0] === path).length;
  }

  close() {
    for (const { near, far } of this.connections) for (const side of [near, far]) side.destroy();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
