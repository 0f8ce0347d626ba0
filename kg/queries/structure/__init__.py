"""How members hold together through networks and projects: who is central, which communities there are, who bridges them."""
