"""What every package needs: errors, permissions, links, tokens, typed text, and the answers that htmx gets."""
