"""Where offers meet: commodity prices, labour, by-products, permits."""
