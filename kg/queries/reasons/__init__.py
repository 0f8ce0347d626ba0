"""From numbers to reasons: for every feature a sentence that a mayor understands, and the facts behind it."""
