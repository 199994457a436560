// The renderer: what a screen shows at every moment. It knows the plan's model and nothing of networks, storage or servers.
export { backdrop } from "./backdrop.ts";
export { css } from "./colour.ts";
export type { Fit, Size } from "./fit.ts";
export { MediaView } from "./media_view.ts";
export { NOTHING, standby, type Moment, type Show } from "./moment.ts";
export { PageView, type Problem } from "./page_view.ts";
export { PlanShow, type Local } from "./plan_show.ts";
export { Player, type Listener } from "./player.ts";
export { Stage } from "./stage.ts";
export { StandbyView } from "./standby_view.ts";
export type { MediaFile, ScreenSettings, Sound, Surroundings } from "./surroundings.ts";
export { civil, type CivilTime } from "./text/civil.ts";
export { formatTime } from "./text/pattern.ts";
export { isValid } from "./validity.ts";
export type { View } from "./view.ts";
