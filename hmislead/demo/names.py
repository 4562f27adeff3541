"""Invented names. Nobody here exists; e-mail addresses end in example.org, which nobody can own."""

FIRST = (
    "Amara Beatriz Carlos Dana Elena Farid Grace Hector Imani Jun Keisha Luis Mai Nadia Omar Priya Quinn Rosa Samir Tess "
    "Uma Victor Wendy Xavier Yara Zeke Abel Bridget Cyrus Delia Ezra Fiona Gus Hana Ivan Jolene Kofi Lena Marco Noor Oscar "
    "Paula Ravi Sofia Tomas Vera Willa Yusuf"
).split()
LAST = (
    "Abara Bennett Castillo Dvorak Eastman Fontaine Grady Holloway Ibarra Jensen Kowalski Lindqvist Moreau Nakamura Okafor "
    "Petrov Quintero Rasmussen Sandoval Thibault Underwood Vasquez Whitfield Yamamoto Zielinski Ashby Brandt Calloway "
    "Delgado Emery Fairchild Gallagher Hernandez Iverson Jaramillo Kessler Lombard Marsh Norwood Ochoa Pruitt Reyes Sterling "
    "Tran Ulrich Valdez Winslow Yoder"
).split()

LEAD = "Three Rivers Homeless Data Center"
VENDOR = "Lantern Case Software"
COUNTY = "Marlow County Human Services"
VSPS = ("Juniper Safe Haven", "Willow Crossing", "Lighthouse Advocates", "New Dawn Shelter")
CHOS = (
    "Alder Street Shelter", "Bridgeway Family Services", "Cedar House", "Covenant Outreach", "Corner Table Ministries",
    "Dogwood Veterans Home", "Elm Park Housing", "Fairview Youth Center", "First Step Recovery Housing", "Gateway Rapid Rehousing",
    "Good Harbor Mission", "Hearth and Key", "Hilltop Supportive Housing", "Horizon Street Outreach", "Ironwood Community Action",
    "Jubilee Village", "Kinship House", "Lakeshore Housing Authority", "Maple Grove Transitional Living", "Mercy Row",
    "Northside Emergency Shelter", "Oak Hill Legal Aid", "Open Door Day Center", "Parkside Permanent Housing", "Pathways Home",
    "Quarry Road Shelter", "Riverbend Family Promise", "Salt Creek Housing", "Second Story Youth", "Stone Bridge Veterans Services",
    "Sycamore Health and Home", "Twin Forks Coordinated Entry", "Valley Food and Shelter",
)  # fmt: skip
COCS = (("ZZ-501", "Three Rivers and Marlow County"), ("ZZ-502", "Prairie Counties Balance of State"))
