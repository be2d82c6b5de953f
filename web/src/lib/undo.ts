// What was done last and how to take it back, twenty deep.

export interface Undoable {
  label: string;
  takeBack(): Promise<unknown>;
}

const DEEP = 20;
const done: Undoable[] = [];

export function remember(what: Undoable): void {
  done.push(what);
  if (done.length > DEEP) done.shift();
}

/** Take back what was done last. It is forgotten before it is tried: what is refused once would be so again. */
export async function undoLast(): Promise<string | undefined> {
  const last = done.pop();
  await last?.takeBack();
  return last?.label;
}

export async function undo(what: Undoable): Promise<void> {
  const at = done.indexOf(what);
  if (at < 0) return;
  done.splice(at, 1);
  await what.takeBack();
}
