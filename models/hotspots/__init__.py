"""Hot spots: cells of a grid ranked by the incidents expected in the coming week."""
