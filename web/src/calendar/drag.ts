// Dragging a card: the places are measured once when it begins, and until the drop two elements move by transforms. React does nothing meanwhile,
// so it costs the same with ten posts and with two thousand.
import { useEffect, useRef, type RefObject } from 'react';
import { shortDay } from '../lib/say';
import type { Card } from './cards';
import classes from './drag.module.css';
import type { Target } from './moving';

const SNAP = 15;
const FINE = 5;
const SLACK = 4; // pixels: less is a click
const PRESS_MS = 320; // on a touch screen: less is scrolling
const EDGE = 44;
const EDGE_STEP = 14;

interface Wanted {
  find: (id: string) => Card | undefined;
  judge: (target: Target) => { at: string } | { why: string };
  drop: (card: Card, at: string) => void;
}

interface Place {
  day: string;
  hour: number | null;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function useDrag(grid: RefObject<HTMLElement | null>, wanted: Wanted): void {
  const current = useRef(wanted);
  current.current = wanted;
  useEffect(() => {
    const pressed = (event: PointerEvent) => {
      const element = (event.target as Element).closest<HTMLElement>('[data-card]');
      if (!element || event.button !== 0 || !grid.current?.contains(element)) return;
      const card = current.current.find(element.dataset.card!);
      if (card?.movable) begin(event, element, card, grid.current, () => current.current);
    };
    document.addEventListener('pointerdown', pressed);
    return () => document.removeEventListener('pointerdown', pressed);
  }, [grid]);
}

function begin(start: PointerEvent, element: HTMLElement, card: Card, grid: HTMLElement, wanted: () => Wanted): void {
  const stop = new AbortController();
  const touch = start.pointerType !== 'mouse';
  let drag: Drag | undefined;
  const take = () => {
    drag = new Drag(element, card, grid, start);
    if (touch) navigator.vibrate?.(10);
  };
  const timer = touch ? setTimeout(take, PRESS_MS) : undefined;
  const over = () => {
    clearTimeout(timer);
    stop.abort();
    drag?.end();
    if (drag) swallowClick();
  };
  const on = (name: string, listen: (event: never) => void, options = {}) =>
    document.addEventListener(name, listen as EventListener, { signal: stop.signal, ...options });

  on('pointermove', (event: PointerEvent) => {
    if (event.pointerId !== start.pointerId) return;
    const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLACK;
    if (!drag && far && touch) return over();
    if (!drag && far) take();
    drag?.move(event, wanted());
  });
  on('pointerup', () => {
    const at = drag?.at;
    over();
    if (at && at !== card.at) wanted().drop(card, at);
  });
  on('pointercancel', over);
  on('keydown', (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !drag) return;
    event.preventDefault();
    over();
  });
  on('touchmove', (event: TouchEvent) => drag && event.preventDefault(), { passive: false });
}

/** The click that follows a drop is none. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener('click', swallow, { capture: true }));
}

class Drag {
  at: string | undefined;
  private places: Place[];
  private scroller: HTMLElement;
  private scrolled: number;
  private ghost: HTMLElement;
  private marker = document.createElement('div');

  constructor(
    private element: HTMLElement,
    private card: Card,
    grid: HTMLElement,
    private start: PointerEvent,
  ) {
    this.scroller = grid.closest<HTMLElement>('[data-scroller]')!;
    this.scrolled = this.scroller.scrollTop;
    this.places = [...grid.querySelectorAll<HTMLElement>('[data-cell]')].map((cell) => {
      const { left, right, top, bottom } = cell.getBoundingClientRect();
      return { day: cell.dataset.day!, hour: cell.dataset.hour ? Number(cell.dataset.hour) : null, left, right, top, bottom };
    });
    const box = element.getBoundingClientRect();
    this.ghost = element.cloneNode(true) as HTMLElement;
    this.ghost.removeAttribute('data-card');
    this.ghost.classList.add(classes.ghost!);
    this.ghost.style.width = `${box.width}px`;
    this.ghost.style.left = `${box.left}px`;
    this.ghost.style.top = `${box.top}px`;
    this.marker.className = classes.marker!;
    element.dataset.dragged = '';
    document.body.append(this.ghost, this.marker);
    document.body.classList.add(classes.dragging!);
  }

  move(event: PointerEvent, { judge }: Wanted): void {
    const [x, y] = [event.clientX - this.start.clientX, event.clientY - this.start.clientY];
    this.ghost.style.transform = `translate(${x}px, ${y}px) rotate(1.2deg)`;
    this.scroll(event.clientY);
    const moved = this.scroller.scrollTop - this.scrolled;
    const place = this.places.find(
      (one) => event.clientX >= one.left && event.clientX < one.right && event.clientY + moved >= one.top && event.clientY + moved < one.bottom,
    );
    this.at = undefined;
    this.marker.hidden = !place;
    if (!place) return;
    const target = this.target(place, event, moved);
    const found = judge(target);
    this.at = 'at' in found ? found.at : undefined;
    const time = `${String(Math.floor(target.minutes / 60)).padStart(2, '0')}:${String(target.minutes % 60).padStart(2, '0')}`;
    this.marker.textContent = 'why' in found ? found.why : `${shortDay(target.day)}, ${time}`;
    this.marker.toggleAttribute('data-refused', 'why' in found);
    this.marker.style.transform = `translate(${place.left}px, ${Math.max(8, event.clientY - 34)}px)`;
  }

  end(): void {
    delete this.element.dataset.dragged;
    this.ghost.remove();
    this.marker.remove();
    document.body.classList.remove(classes.dragging!);
  }

  /** A day of a month keeps the time; in an hour it is where the pointer is, in steps. */
  private target(place: Place, event: PointerEvent, moved: number): Target {
    if (place.hour === null) return { day: place.day, minutes: this.card.minutes };
    const part = (event.clientY + moved - place.top) / (place.bottom - place.top);
    const snap = event.shiftKey ? FINE : SNAP;
    return { day: place.day, minutes: place.hour * 60 + Math.min(60 - snap, Math.floor((part * 60) / snap) * snap) };
  }

  private scroll(y: number): void {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    if (y < top + EDGE) this.scroller.scrollTop -= EDGE_STEP;
    else if (y > bottom - EDGE) this.scroller.scrollTop += EDGE_STEP;
  }
}
