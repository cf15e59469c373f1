"""Where offers meet: commodity prices, labour, credit, by-products, permits."""
