// What one place of the calendar holds: a few cards, and the rest behind a button. So what is drawn is bounded, however many posts there are.
import { Popover } from '@mantine/core';
import { useState } from 'react';
import { counted } from '../lib/say';
import { CalendarCard } from './CalendarCard';
import type { Card } from './cards';
import classes from './Cell.module.css';

export function Cell(props: { cards: Card[]; most: number; zone: string; line?: boolean; open: (card: Card) => void; where: string }) {
  const { cards, most, zone, line, open } = props;
  const shown = cards.length > most ? cards.slice(0, line ? most - 1 : most) : cards;
  return (
    <>
      {shown.map((card) => (
        <CalendarCard key={card.id} card={card} zone={zone} line={line} open={open} />
      ))}
      {cards.length > shown.length && <More {...props} cards={cards} hidden={cards.length - shown.length} />}
    </>
  );
}

function More(props: { cards: Card[]; hidden: number; zone: string; open: (card: Card) => void; where: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus returnFocus width={280} shadow="md">
      <Popover.Target>
        <button type="button" className={classes.more} onClick={() => setOpened(!opened)} aria-label={`${props.hidden} more, ${props.where}`}>
          +{props.hidden} more
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${counted(props.cards.length, 'card')}, ${props.where}`}>
        <div className={classes.list}>
          {props.cards.map((card) => (
            <CalendarCard key={card.id} card={card} zone={props.zone} open={props.open} />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
