declare global {
  namespace App {
    /** What a side panel leaves in the history, so that "back" closes it. */
    interface PageState {
      panel?: string;
    }
  }
}

export {};
