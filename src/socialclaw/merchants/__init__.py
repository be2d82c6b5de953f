"""Who sells our plans and takes the money for them, seen from us. No table, no setting and no route is known here."""
