"""Reports: what was found, as text for people and in the forms that machines and CI systems take."""
