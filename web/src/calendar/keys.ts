// The calendar by keys alone: from card to card, and a card from place to place.
import { useState, type RefObject } from 'react';
import { useKeys } from '../app/shortcuts';
import { moment } from '../lib/say';
import { instant, plus } from '../lib/time';
import type { Card } from './cards';
import { landing, type Target } from './moving';
import type { useCalendarView, View } from './view';

const DAY = 24 * 60;
const STEP = 15;
const LARGE = 60;

export type Moving = Target & { card: Card };

interface Wanted {
  at: ReturnType<typeof useCalendarView>;
  find: (id: string) => Card | undefined;
  drop: (card: Card, at: string) => void;
  grid: RefObject<HTMLElement | null>;
}

export function useCalendarKeys({ at, find, drop, grid }: Wanted) {
  const [moving, setMoving] = useState<Moving | null>(null);
  const [said, say] = useState('');
  const { view, zone, shown, change, now } = at;
  const to = (next: View) => () => change({ view: next });

  const put = (next: Moving) => {
    setMoving(next);
    const found = landing(next, zone, now);
    say('why' in found ? found.why : moment(found.at, zone));
    if (!shown.days.includes(next.day)) change({ date: next.day });
  };
  const step = (event: KeyboardEvent, days: number, steps: number) => {
    if (!moving) return focusNext(grid.current, days, steps);
    const inMonth = view === 'month';
    const minutes = inMonth ? moving.minutes : moving.minutes + steps * (event.shiftKey ? LARGE : STEP);
    const overnight = Math.floor(minutes / DAY);
    put({ ...moving, day: plus(moving.day, days + overnight + (inMonth ? steps * 7 : 0)), minutes: minutes - overnight * DAY });
  };
  const leave = () => {
    setMoving(null);
    say('It stays where it was');
  };

  useKeys({
    t: () => change({ date: null }),
    d: to('day'),
    w: to('week'),
    o: to('month'),
    l: to('list'),
    j: () => change({ date: shown.next }),
    k: () => change({ date: shown.previous }),
    ArrowLeft: (event) => step(event, -1, 0),
    ArrowRight: (event) => step(event, 1, 0),
    ArrowUp: (event) => step(event, 0, -1),
    ArrowDown: (event) => step(event, 0, 1),
    m: () => {
      const focused = document.activeElement?.closest<HTMLElement>('[data-card]')?.dataset.card;
      const card = focused ? find(focused) : undefined;
      if (!card) return say('Go to a card first');
      if (!card.movable) return say('This cannot be moved any more');
      setMoving({ card, day: card.day, minutes: card.minutes });
      say(`Moving ${moment(instant(card.day, card.minutes, zone), zone)}. Arrows move it, Enter puts it down, Escape leaves it.`);
    },
    ...(moving && {
      Enter: () => {
        const found = landing(moving, zone, now);
        if ('why' in found) return say(found.why);
        setMoving(null);
        if (found.at !== moving.card.at) drop(moving.card, found.at);
      },
      Escape: leave,
    }),
  });
  return { moving, said };
}

/** The focus goes to the card that is nearest in that direction. */
function focusNext(grid: HTMLElement | null, x: number, y: number): void {
  const cards = [...(grid?.querySelectorAll<HTMLElement>('[data-card]') ?? [])];
  const from = document.activeElement?.closest<HTMLElement>('[data-card]');
  if (!from) return cards[0]?.focus();
  const here = from.getBoundingClientRect();
  let best: HTMLElement | undefined;
  let least = Infinity;
  for (const card of cards) {
    const there = card.getBoundingClientRect();
    const [dx, dy] = [there.left - here.left, there.top - here.top];
    const ahead = x ? dx * x : dy * y;
    if (card === from || ahead < 1) continue;
    const far = ahead + 3 * Math.abs(x ? dy : dx);
    if (far < least) [best, least] = [card, far];
  }
  best?.focus();
}
