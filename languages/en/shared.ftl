# Parts that many pages share: forms, refusals of the portal itself, charts, codes of errors, help.
