"""Google and Apple as those who say who somebody is (OpenID Connect), seen from us. No table, no setting and no route is known here."""
