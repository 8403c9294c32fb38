"""確認の記録: what asks for a person's judgement, what was decided, and what follows."""
