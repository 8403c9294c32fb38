"""The plan: plan.xlsx or plan.json in, a checked model.Plan out."""
