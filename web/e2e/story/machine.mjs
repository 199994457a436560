// How busy the machine is: what the product promises within a second is promised to a machine that has the time.
import { cpus, loadavg } from "node:os";

/** 1 on a machine with a free core, more where work queues: limits in milliseconds are multiplied by it. */
export const patience = () => Math.min(10, Math.max(1, loadavg()[0] / cpus().length));
