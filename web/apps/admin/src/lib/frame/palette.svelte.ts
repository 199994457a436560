/** Whether the command palette stands open. */
export const palette = $state({ open: false });
